"""A Sidecar names an egressProxy, which Istio ignores.

Traffic to unknown hosts leaves the sidecar directly. Where the proxy was to be the only way out,
that is a hole.

Fix: remove the field; send such traffic to an egress gateway with a ServiceEntry and a
VirtualService.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_CEL = (
    "!has(object.spec) || !has(object.spec.outboundTrafficPolicy) || "
    "!has(object.spec.outboundTrafficPolicy.egressProxy)"
)


@rule(on=Sidecar, severity=Severity.WARNING, equivalents=("IST0002",), since="0.1.0", cel=_CEL)
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report every egressProxy."""
    policy = sidecar.spec.child("outboundTrafficPolicy")
    if policy.has("egressProxy"):
        yield Finding(
            policy.key("egressProxy"),
            "egressProxy is deprecated and ignored: traffic to unknown hosts leaves directly",
        ).fixed_by(delete(policy.at("egressProxy")))
