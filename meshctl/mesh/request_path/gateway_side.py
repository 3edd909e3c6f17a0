"""Follows a connection through a gateway's Envoy: listener, TLS, virtual host, route.

The listeners and virtual hosts are those of ``mesh.gateways``; here a request goes through them
(pilot/pkg/networking/core/gateway.go, Istio 1.31).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, Protocol

from meshctl.mesh.authorization.arrival import HttpRequest
from meshctl.mesh.authorization.decision import Verdict
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.listeners import FilterChain, Listener
from meshctl.mesh.gateways.virtual_hosts import VirtualHost
from meshctl.mesh.request_path.chains import Chains, ClusterTarget, FirstBytes, ListenerChain
from meshctl.mesh.request_path.hops import Carried, Direction, Envelope, Hop, Outcome
from meshctl.mesh.request_path.outbound_hosts import without_port
from meshctl.mesh.request_path.server_side import (
    MUTUAL,
    PLAINTEXT,
    Peer,
    ServerSide,
    first_bytes,
    first_sni,
)
from meshctl.mesh.traffic.routes import EffectiveRoute, WeightedCluster
from meshctl.resources import Workload

_WANTS_CERTIFICATE = frozenset({"MUTUAL", "ISTIO_MUTUAL"})
Send = Callable[[Hop, Carried, Sequence[ClusterTarget]], Hop]


class Follow(Protocol):
    """Chooses a route of a virtual host and does what it says."""

    def __call__(
        self, head: Hop, routes: Sequence[EffectiveRoute], carried: Carried, *, is_tls: bool
    ) -> Hop:
        """Give the hop with what the route does, and what follows."""


class _State(NamedTuple):
    """How a chain took the bytes: TLS as it is named in results, and whether HTTP can be read."""

    tls: str
    reads_http: bool
    is_encrypted: bool = False
    outcome: Outcome | None = None


class GatewaySide:
    """Follows connections through gateways."""

    def __init__(self, server: ServerSide, follow: Follow, send: Send) -> None:
        self._server = server
        self._follow = follow
        self._send = send
        # Many requests meet the same listeners and virtual hosts.
        self._ports = IdentityCache(_Ports)
        self._choices = IdentityCache(_Choice)
        self._domains = IdentityCache(_Domains)

    def arrive(
        self, workload: Workload, gateway: EffectiveGateway | None, carried: Carried,
        envelope: Envelope,
    ) -> Hop:  # fmt: skip
        """Follow a connection that arrives at a port of a gateway pod."""
        listeners = gateway.listeners if gateway is not None else ()
        listener = self._ports.of(listeners).find(carried.address, carried.port)
        if gateway is None or listener is None:
            return Hop(workload, Direction.GATEWAY, Outcome.NO_LISTENER)
        head = Hop(workload, Direction.GATEWAY, Outcome.NO_FILTER_CHAIN, listener.name)
        found = self._choices.of(listener).chains_of(first_bytes(carried, envelope))
        if not found:
            return head
        chain = found[0]
        state = _opened(chain, carried, envelope)
        head = replace(
            head, tls=state.tls, server=chain.server.server,
            ambiguous_chains=len(found) if len(found) > 1 else 0,
        )  # fmt: skip
        if state.outcome is not None:
            return replace(head, outcome=state.outcome)
        if chain.route_config:
            hosts = gateway.hosts_of(chain.route_config)
            head = replace(head, protocol="http", route_config=chain.route_config)
            return self._http(head, hosts, carried, envelope, state)
        return self._tcp(replace(head, protocol="tcp"), chain, carried, envelope, state)

    def _tcp(
        self, head: Hop, chain: FilterChain, carried: Carried, envelope: Envelope, state: _State
    ) -> Hop:
        workload = head.workload
        assert workload is not None  # noqa: S101 - a gateway has pods
        verdict = self._decide(workload, carried, None, envelope, state)
        if not verdict.is_allowed:
            return replace(head, outcome=Outcome.DENIED, code=verdict.code, verdict=verdict)
        head = replace(head, verdict=verdict)
        if chain.route is not None:
            head = replace(head, tcp_service=chain.route.virtual_service)
        if state.is_encrypted:
            carried = carried._replace(has_tls=False, sni="")
        targets = [cluster_target(target) for target in chain.targets]
        if chain.upstream is not None:
            targets = [ClusterTarget(*chain.upstream)]
        return self._send(head, carried, targets)

    def _http(
        self, head: Hop, hosts: Sequence[VirtualHost], carried: Carried, envelope: Envelope,
        state: _State,
    ) -> Hop:  # fmt: skip
        if carried.http is None or not state.reads_http:
            return replace(head, outcome=Outcome.PROTOCOL_ERROR)
        workload = head.workload
        assert workload is not None  # noqa: S101 - a gateway has pods
        verdict = self._decide(workload, carried, carried.http, envelope, state)
        if not verdict.is_allowed:
            return replace(head, outcome=Outcome.DENIED, code=verdict.code, verdict=verdict)
        head = replace(head, verdict=verdict)
        found = self._domains.of(hosts).find(carried.http.host)
        if found is None:
            return replace(head, outcome=Outcome.NO_VIRTUAL_HOST, code="404")
        host, domain = found
        head = replace(head, virtual_host=host.name, domain=domain)
        if host.redirects and not state.is_encrypted:
            location = f"https://{carried.http.host}{carried.http.path}"
            return replace(head, outcome=Outcome.HTTPS_REDIRECT, code="301", location=location)
        inner = carried._replace(http=_forwarded(carried), has_tls=False, sni="")
        return self._follow(head, host.routes, inner, is_tls=state.is_encrypted)

    def _decide(
        self, workload: Workload, carried: Carried, http: HttpRequest | None, envelope: Envelope,
        state: _State,
    ) -> Verdict:  # fmt: skip
        principal = envelope.principal if state.tls == "mtls" else None
        peer = Peer(principal, first_sni(carried, envelope), carried.source)
        return self._server.decide(workload, carried, http, peer)


def _forwarded(carried: Carried) -> HttpRequest:
    """Add the address of the client to the header that tells the way."""
    http = carried.http
    assert http is not None  # noqa: S101 - asked before
    before = http.headers.get("x-forwarded-for")
    known = f"{before},{carried.source}" if before else carried.source
    return http._replace(headers={**http.headers, "x-forwarded-for": known})


class _Ports:
    """The listeners of one gateway, by port and address."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._bound: dict[tuple[int, str], Listener] = {}
        self._open: dict[int, Listener] = {}
        for listener in listeners:
            self._bound.setdefault((listener.port, listener.bind), listener)
            if listener.bind in {"0.0.0.0", "::"}:  # noqa: S104 - as istiod writes it
                self._open.setdefault(listener.port, listener)

    def find(self, address: str, port: int) -> Listener | None:
        """Find the listener of an address and port, else that of all addresses."""
        return self._bound.get((port, address)) or self._open.get(port)


class _Choice:
    """Chooses among the chains of one listener."""

    def __init__(self, listener: Listener) -> None:
        self._by_chain = {
            ListenerChain(sni=chain.sni, is_http=bool(chain.route_config)): chain
            for chain in listener.chains
        }
        self._chains = Chains(self._by_chain)

    def chains_of(self, first: FirstBytes) -> list[FilterChain]:
        """List the chains that take a connection: several where they ask the same."""
        return [self._by_chain[chain] for chain in self._chains.choose(first)]


class _Domains:
    """The domains of the virtual hosts of one listener."""

    def __init__(self, hosts: Sequence[VirtualHost]) -> None:
        self._exact: dict[str, tuple[VirtualHost, str]] = {}
        self._ends: dict[str, tuple[VirtualHost, str]] = {}
        for virtual_host in hosts:
            for domain in virtual_host.domains:
                lower = domain.lower()
                self._exact.setdefault(lower, (virtual_host, domain))
                if lower.startswith("*"):
                    self._ends.setdefault(lower[1:], (virtual_host, domain))
        self._lengths = sorted({len(end) for end in self._ends}, reverse=True)

    def find(self, authority: str) -> tuple[VirtualHost, str] | None:
        """Find the virtual host for a Host header: its name, else the longest wildcard above it."""
        host = without_port(authority).lower()
        if host in self._exact:
            return self._exact[host]
        ends = (host[len(host) - length :] for length in self._lengths if length < len(host))
        found = (self._ends[end] for end in ends if end in self._ends)
        return next(found, self._ends.get(""))


def cluster_target(target: WeightedCluster) -> ClusterTarget:
    """Name the cluster that a target of a gateway's route is."""
    return ClusterTarget(target.host, target.port, target.subset, target.weight, target.destination)


def _opened(chain: FilterChain, carried: Carried, envelope: Envelope) -> _State:
    server = chain.server
    opens = server.has_tls and not server.is_passthrough and not server.is_http
    arrives = envelope.tls != PLAINTEXT or carried.has_tls
    is_http = carried.http is not None
    if not opens:
        tls = "not terminated" if arrives else PLAINTEXT
        return _State(tls, reads_http=is_http and not arrives)
    if not arrives:
        return _State("server wants TLS, got plaintext", False, outcome=Outcome.TLS_REQUIRED)  # noqa: FBT003
    mode = server.server.tls.text("mode")
    inner = is_http and not (envelope.tls == MUTUAL and carried.has_tls)
    if mode in _WANTS_CERTIFICATE:
        has_certificate = envelope.tls in {MUTUAL, "mutual", "mtls-own"}
        if not has_certificate:
            text = "server wants a client certificate, got tls"
            return _State(text, False, outcome=Outcome.CLIENT_CERT_REQUIRED)  # noqa: FBT003
        return _State("mtls", inner, is_encrypted=True)
    if envelope.tls == MUTUAL:
        return _State("tls", False, outcome=Outcome.SERVER_CERT_NOT_MESH)  # noqa: FBT003
    return _State("tls", inner, is_encrypted=True)
