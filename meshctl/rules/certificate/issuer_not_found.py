"""A Certificate names an issuer that doesn't exist.

cert-manager waits for it, so that the Secret is never written and gateways have nothing to present:
clients' handshakes are cut off.

Fix: correct `issuerRef`: `kind: ClusterIssuer` for one of the cluster, else an Issuer of the
Certificate's own namespace is meant.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Certificate, CertificateIssuer
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_GROUP = "cert-manager.io"


@rule(on=Certificate, severity=Severity.WARNING, since="0.1.0")
def check(certificate: Certificate, mesh: Mesh) -> Iterator[Outcome]:
    """Report names where the input has issuers of the kind, for the same namespace."""
    kind, name = certificate.issuer
    reference = certificate.spec.child("issuerRef")
    if not name or (reference.text("group") or _GROUP) != _GROUP:
        return
    home = certificate.namespace if kind == "Issuer" else ""
    everybody = mesh.of(CertificateIssuer)
    if any(
        (issuer.kind, issuer.name, issuer.namespace) == (kind, name, home) for issuer in everybody
    ):
        return
    elsewhere = next((issuer for issuer in everybody if issuer.name == name), None)
    theirs = [
        issuer.name for issuer in everybody if (issuer.kind, issuer.namespace) == (kind, home)
    ]
    if elsewhere is not None:
        has = f"{elsewhere.title} has the name"
    elif theirs and mesh.is_whole:
        has = f"the input has {', '.join(sorted(theirs)[:3])}"
    else:
        yield NotChecked("issuers of certificates may be outside the input")
        return
    where = f"{kind} {quoted(name)}" + (f" in namespace {home}" if home else "")
    yield Finding(reference.at("name"), f"there is no {where}; {has}: the Secret is never written")
