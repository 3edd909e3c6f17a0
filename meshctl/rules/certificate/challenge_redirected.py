"""The HTTP challenge of a certificate is redirected to the very server that waits for it.

The ACME server asks port 80 for a token and follows the redirect to HTTPS. There the gateway has no
certificate yet, as its Secret is the one to be made, so that the challenge fails and the Secret
never comes.

Fix: leave `httpsRedirect` out until the Secret is there and redirect by a VirtualService that spares
`/.well-known/acme-challenge/`, ask for a certificate of cert-manager's own meanwhile by the annotation
`cert-manager.io/issue-temporary-certificate: "true"`, or prove the names by `dns01`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Certificate
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Certificate, severity=Severity.WARNING, since="0.1.0")
def check(certificate: Certificate, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first such name."""
    for lost in mesh.gateways.acme_challenges.lost(certificate):
        yield (
            Finding(
                certificate.spec.at("dnsNames", lost.number),
                f"the challenge for {certificate.dns_names[lost.number]} on port 80 is redirected to HTTPS, "
                f"which waits for Secret {certificate.secret_name} of this Certificate: it is never issued",
            )
            .also(lost.redirect, "redirects the challenge")
            .also(lost.waiting, "waits for the Secret")
        )
        return
