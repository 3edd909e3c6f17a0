"""Finds certificates whose ACME challenge over HTTP is redirected to the TLS that waits for them.

The ACME server asks port 80 for the token and follows redirects, without heeding certificates
(RFC 8555, section 8.3). A server whose Secret is missing has no certificate to show, so that the
handshake fails and the certificate is never issued.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.core.hosts import covers
from meshctl.mesh.core.inventory import Inventory
from meshctl.resources import Certificate, CertificateIssuer, Gateway, Ref, Secret, Server
from meshctl.resources.cached_property import cached_property


class LostChallenge(NamedTuple):
    """A name by its number, the redirect that it meets, and the server that waits for the Secret."""

    number: int
    redirect: Ref
    waiting: Ref


class AcmeChallenges:
    """Answers for Certificates."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def lost(self, certificate: Certificate) -> Iterator[LostChallenge]:
        """Walk the names of a Certificate that can't be proven, unless its Secret is there."""
        kind, name = certificate.issuer
        home = certificate.namespace if kind == "Issuer" else ""
        if (kind, home, name) not in self._by_http:
            return
        if (certificate.namespace, certificate.secret_name) in self._secrets:
            return
        if certificate.has_stand_in:
            return
        for number, host in enumerate(certificate.dns_names):
            redirect, waiting = self._redirect(host), self._waiting(host, certificate.secret_name)
            if redirect is not None and waiting is not None:
                yield LostChallenge(number, redirect, waiting)

    def _redirect(self, host: str) -> Ref | None:
        for server in self._servers:
            if server.https_redirect and not server.is_tls and _serves(server, host):
                return server.at("tls", "httpsRedirect")
        return None

    def _waiting(self, host: str, secret: str) -> Ref | None:
        for server in self._servers:
            for name, ref in server.credentials if server.is_tls else ():
                if name == secret and _serves(server, host):
                    return ref
        return None

    @cached_property
    def _servers(self) -> list[Server]:
        return [server for gateway in self._inventory.of(Gateway) for server in gateway.servers]

    @cached_property
    def _secrets(self) -> frozenset[tuple[str, str]]:
        return frozenset((secret.namespace, secret.name) for secret in self._inventory.of(Secret))

    @cached_property
    def _by_http(self) -> frozenset[tuple[str, str, str]]:
        """The issuers that prove names by HTTP alone: kind, namespace, name."""
        return frozenset(
            (issuer.kind, issuer.namespace if issuer.kind == "Issuer" else "", issuer.name)
            for issuer in self._inventory.of(CertificateIssuer)
            if issuer.proves_by_http
        )


def _serves(server: Server, host: str) -> bool:
    return any(covers(name.rpartition("/")[2], host) for name in server.hosts)
