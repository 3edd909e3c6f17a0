"""A Sidecar has an outboundTrafficPolicy without a mode.

The mode that is left out is REGISTRY_ONLY, the first value of the enumeration, and not what the
mesh says: calls to hosts that nothing declares get `502` (HTTP) or are reset.

Fix: write `mode: REGISTRY_ONLY` or `mode: ALLOW_ANY`, or remove `outboundTrafficPolicy` to take the
mesh's.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = "!has(object.spec.outboundTrafficPolicy) || has(object.spec.outboundTrafficPolicy.mode)"


@rule(on=Sidecar, severity=Severity.WARNING, equivalents=("KIA1007",), since="0.1.0", cel=_CEL)
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report a policy whose mode is not written."""
    policy = sidecar.spec.child("outboundTrafficPolicy")
    if sidecar.spec.has("outboundTrafficPolicy") and not policy.has("mode"):
        yield Finding(
            sidecar.spec.key("outboundTrafficPolicy"),
            "outboundTrafficPolicy without a mode means REGISTRY_ONLY, whatever the mesh's own is",
        ).fixed_by(put(policy.at("mode"), "REGISTRY_ONLY"), safe=False)
