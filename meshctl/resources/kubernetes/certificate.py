"""Views of cert-manager's Certificate and of the Issuers that it names."""

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views


class Certificate(Resource):
    """A Certificate: names, and the Secret that cert-manager writes."""

    @property
    def secret_name(self) -> str:
        """The name of the Secret, in the namespace of the Certificate."""
        return self.spec.text("secretName")

    @cached_property
    def dns_names(self) -> tuple[str, ...]:
        """The DNS names as written."""
        return self.spec.texts("dnsNames")

    @cached_property
    def all_names(self) -> frozenset[str]:
        """All names that it is for, in small letters; empty where templates or addresses tell."""
        common = self.spec.text("commonName")
        return frozenset(one.lower() for one in (*self.dns_names, common) if one)

    @property
    def has_stand_in(self) -> bool:
        """Does cert-manager write a certificate of its own while the real one is asked for?"""
        return self.annotations.get("cert-manager.io/issue-temporary-certificate") == "true"

    @property
    def issuer(self) -> tuple[str, str]:
        """The kind and the name of its issuer."""
        issuer = self.spec.child("issuerRef")
        return issuer.text("kind") or "Issuer", issuer.text("name")


class CertificateIssuer(Resource):
    """An Issuer or ClusterIssuer."""

    @cached_property
    def solvers(self) -> tuple[View, ...]:
        """The ways by which names are proven to an ACME server."""
        return views(self.spec.child("acme"), "solvers", View)

    @property
    def proves_by_http(self) -> bool:
        """Are names proven by requests to port 80 alone?"""
        return bool(self.solvers) and all(solver.has("http01") for solver in self.solvers)
