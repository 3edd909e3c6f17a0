"""An ACME challenge is routed by a Gateway that doesn't listen on port 80.

The ACME server asks `http://NAME/.well-known/acme-challenge/…` on port 80 and nowhere else. cert-manager attaches an HTTPRoute to
the Gateway of `gatewayHTTPRoute.parentRefs`: without a listener on port 80 nobody answers, and the certificate is never issued.

Fix: add a listener for HTTP on port 80, or prove the names by DNS.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Certificate
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Certificate, severity=Severity.WARNING, since="0.1.0", needs=("gatewayHTTPRoute",))
def check(certificate: Certificate, mesh: Mesh) -> Iterator[Outcome]:
    """Report Certificates whose issuer names such Gateways alone."""
    parent = mesh.gateways.acme_challenges.unheard(certificate)
    if parent is not None:
        yield Finding(
            certificate.spec.at("issuerRef"),
            f"its issuer proves names by Gateway {parent.value('')}, which doesn't listen on port 80: it is never issued",
        ).also(parent, "routes the challenge")
