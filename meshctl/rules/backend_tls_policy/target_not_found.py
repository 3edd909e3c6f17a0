"""A BackendTLSPolicy is for a Service or a port that isn't there.

istiod passes over such a target (`Accepted: False`, reason `TargetNotFound`), so gateways and sidecars send plain
HTTP to the backend: `400 The plain HTTP request was sent to HTTPS port`. A `sectionName` is the name of a port of
the Service, not its number.

Fix: write the name of a Service or ServiceEntry of the policy's namespace, and of one of its ports.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import BackendTlsPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=BackendTlsPolicy, severity=Severity.ERROR, since="0.1.0")
def check(policy: BackendTlsPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report targets that istiod passes over."""
    for lost in mesh.traffic.backend_tls.lost(policy):
        if lost.unknown:
            yield NotChecked(lost.unknown)
        else:
            yield Finding(lost.place, f"{lost.why}: nobody opens TLS to it by this policy")
