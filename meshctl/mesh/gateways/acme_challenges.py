"""Finds certificates whose ACME challenge over HTTP is redirected to the TLS that waits for them.

The ACME server asks port 80 for the token and follows redirects, without heeding certificates
(RFC 8555, section 8.3). A server whose Secret is missing has no certificate to show, so that the
handshake fails and the certificate is never issued.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.core.hosts import covers
from meshctl.mesh.core.inventory import Inventory
from meshctl.resources import (
    Certificate,
    CertificateIssuer,
    Gateway,
    KubernetesGateway,
    ListenerSet,
    Ref,
    Secret,
    Server,
    View,
)
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import views

_HTTP = 80
"""The port that ACME servers ask (RFC 8555, section 8.3)."""


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

    def unheard(self, certificate: Certificate) -> Ref | None:
        """Find the parent of an issuer's HTTPRoutes whose Gateway listens on no port 80, which alone is asked."""
        kind, name = certificate.issuer
        home = certificate.namespace if kind == "Issuer" else ""
        issuer = self._issuers.get((kind, home, name))
        solvers = issuer.solvers if issuer is not None and issuer.proves_by_http else ()
        parents = [
            parent
            for solver in solvers
            for parent in views(solver.child("http01", "gatewayHTTPRoute"), "parentRefs", View)
        ]
        if not parents or not all(self._is_deaf(one, certificate.namespace) for one in parents):
            return None
        return parents[0].at("name")

    def _is_deaf(self, parent: View, home: str) -> bool:
        """Has a Gateway no listener on port 80? Its namespace is that of the challenge, unless it is written."""
        key = parent.text("namespace") or home, parent.text("name")
        found = self._gateways.get(key)
        return found is not None and key not in self._with_sets and _HTTP not in found

    @cached_property
    def _gateways(self) -> dict[tuple[str, str], frozenset[int | None]]:
        """The ports of Gateways of the Gateway API."""
        return {
            (gateway.namespace, gateway.name): frozenset(one.port for one in gateway.listeners)
            for gateway in self._inventory.of(KubernetesGateway)
        }

    @cached_property
    def _with_sets(self) -> frozenset[tuple[str, str]]:
        """The Gateways that ListenerSets add listeners to."""
        return frozenset(
            (one.parent.text("namespace") or one.namespace, one.parent.text("name"))
            for one in self._inventory.of(ListenerSet)
        )

    @cached_property
    def _issuers(self) -> dict[tuple[str, str, str], CertificateIssuer]:
        return {
            (issuer.kind, issuer.namespace if issuer.kind == "Issuer" else "", issuer.name): issuer
            for issuer in self._inventory.of(CertificateIssuer)
        }

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
        return frozenset(key for key, issuer in self._issuers.items() if issuer.proves_by_http)


def _serves(server: Server, host: str) -> bool:
    return any(covers(name.rpartition("/")[2], host) for name in server.hosts)
