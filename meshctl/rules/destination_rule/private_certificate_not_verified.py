"""TLS is originated to a private host without a CA to verify its certificate by.

Until Istio 1.20 a SIMPLE or MUTUAL connection without `caCertificates` accepted any certificate.
Since 1.21 the proxy verifies it by the operating system's root certificates, which have public
CAs alone. A server inside the company or the cluster rarely has a public certificate: every
connection fails with `503 UF` and `CERTIFICATE_VERIFY_FAILED`.

Fix: give `caCertificates` or `credentialName` with the CA of the server; to accept any
certificate, say so with `insecureSkipVerify: true`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.hosts import is_private
from meshctl.mesh.tls_origination import originations
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule

_VERIFIED_BY = ("caCertificates", "credentialName", "insecureSkipVerify")


@rule(on=DestinationRule, severity=Severity.INFO, since="0.1.0")
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report blocks without a CA for hosts that no public CA signs for."""
    host = mesh.traffic_policies.host_of(destination_rule)
    if not is_private(host, mesh.config.domain) or mesh.control_plane.skips_verification:
        return
    for tls, port in originations(destination_rule):
        if not any(tls.has(key) for key in _VERIFIED_BY):
            where = f" on port {port}" if port is not None else ""
            yield Finding(
                tls.at("mode"),
                f"the certificate of {host}{where} is verified by public CAs since Istio 1.21, and "
                "those sign no private name; before, it was not verified at all",
            )
