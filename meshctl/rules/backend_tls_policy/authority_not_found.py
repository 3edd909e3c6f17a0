"""A BackendTLSPolicy checks certificates by an authority that can't be had.

istiod reads `caCertificateRefs` from the key `ca.crt` of a ConfigMap of the policy's namespace. Without it
gateways and waypoints wait for a certificate that never comes, and connect to nobody: `503`, `UF` with
`TLS_error` or no healthy upstream. Sidecars send plaintext instead (buildUpstreamClusterTLSContext).

Fix: create the ConfigMap with the key `ca.crt`, or write `wellKnownCACertificates: System`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import BackendTlsPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=BackendTlsPolicy, severity=Severity.ERROR, since="0.1.0", needs=("caCertificateRefs",))
def check(policy: BackendTlsPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first reference, which alone is read."""
    bad = mesh.traffic.backend_tls.bad_authority(policy)
    if bad is not None and bad.unknown:
        yield NotChecked(bad.unknown)
    elif bad is not None:
        yield Finding(
            bad.place,
            f"{bad.why}: gateways answer 503 for the backends, and sidecars send them plaintext",
        )
