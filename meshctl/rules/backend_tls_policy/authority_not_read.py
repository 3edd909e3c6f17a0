"""A BackendTLSPolicy names several authorities, of which the first alone is read.

istiod supports one entry of `caCertificateRefs`. A certificate by another authority is refused: gateways and waypoints
answer `503` with `TLS_error`.

Fix: put the certificates of all authorities into one ConfigMap, one below the other in its `ca.crt`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import BackendTlsPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=BackendTlsPolicy, severity=Severity.WARNING, since="0.1.0", holds=("caCertificateRefs",)
)  # fmt: skip
def check(policy: BackendTlsPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the references after the first one."""
    for unread in mesh.traffic.backend_tls.unread_authorities(policy):
        yield Finding(
            unread.at("name"),
            "istiod reads the first reference alone, so that this authority counts for nothing",
        )
