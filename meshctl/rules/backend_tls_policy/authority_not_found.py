"""A BackendTLSPolicy checks certificates by an authority that can't be had.

istiod reads `caCertificateRefs` from the key `ca.crt` of a ConfigMap of the policy's namespace. Without it the
proxies wait for a certificate that never comes, and connect to nobody: `503`, `UF` with `TLS_error` or no healthy upstream.

Fix: create the ConfigMap with the key `ca.crt`, or write `wellKnownCACertificates: System`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import BackendTlsPolicy
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=BackendTlsPolicy, severity=Severity.ERROR, since="0.1.0", needs=("caCertificateRefs",))
def check(policy: BackendTlsPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first reference, which alone is read."""
    bad = mesh.gateway_api.backend_tls.bad_authority(policy)
    if bad is not None and bad.unknown:
        yield NotChecked(bad.unknown)
    elif bad is not None:
        yield Finding(bad.place, f"{bad.why}: requests to the backends get 503")
