"""TLS is originated to a private host without a CA to verify its certificate by.

Until Istio 1.20 a SIMPLE or MUTUAL connection without `caCertificates` accepted any certificate.
Since 1.21 the proxy verifies it by the operating system's root certificates, which have public
CAs alone. A server inside the company or the cluster rarely has a public certificate: every
connection fails with `503 UF` and `CERTIFICATE_VERIFY_FAILED`. A `credentialName` brings the CA to
gateways; to sidecars only where a `workloadSelector` picks them.

Fix: give `caCertificates` with the CA of the server, or `credentialName` and a `workloadSelector`;
to accept any certificate, say so with `insecureSkipVerify: true`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import is_private
from meshctl.mesh.security import originations
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule

_CODES = ("IST0128", "IST0129")


@rule(on=DestinationRule, severity=Severity.INFO, equivalents=_CODES, since="0.1.0", holds=("tls",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report blocks without a CA for hosts that no public CA signs for."""
    host = mesh.traffic.destination_rules.host_of(destination_rule)
    if not is_private(host, mesh.config.domain) or mesh.injection.control_plane.skips_verification:
        return
    for tls, port in originations(destination_rule):
        if tls.has("caCertificates") or tls.flag("insecureSkipVerify"):
            continue
        where = f" on port {port}" if port is not None else ""
        is_refused = any(mesh.security.tls_conflicts.of(destination_rule))  # before any certificate
        if not tls.has("credentialName") and not is_refused:
            yield Finding(
                tls.at("mode"),
                f"the certificate of {host}{where} is verified by public CAs since Istio 1.21, and "
                "those sign no private name; before 1.21 no certificate was verified",
            )
