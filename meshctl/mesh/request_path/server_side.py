"""Follows a connection through a server's sidecar: TLS, HTTP, tokens, authorization."""

from dataclasses import dataclass
from typing import NamedTuple

from meshctl.istio.protocols import RAW, TLS
from meshctl.mesh.authorization.arrival import Arrival, HttpRequest
from meshctl.mesh.authorization.decision import Decisions, Verdict
from meshctl.mesh.request_path.chains import Chains, FirstBytes, ListenerChain
from meshctl.mesh.request_path.hops import Carried, Direction, Envelope, Hop, Outcome
from meshctl.mesh.request_path.inbound_chains import InboundPort, InboundPorts, inbound_chains
from meshctl.mesh.security.peer_authentication import EffectiveMode, PeerAuthentications
from meshctl.resources import Sidecar, Workload

LISTENER = "virtualInbound"
MUTUAL = "istio-mutual"
PLAINTEXT = "plaintext"
OWN_TLS = "app-tls"
_NOT_OPENED = "not terminated"


def first_bytes(carried: Carried, envelope: Envelope, *, inspects: bool = True) -> FirstBytes:
    """Tell what a listener sees first; without an inspector it doesn't look for HTTP."""
    address, port = carried.address, carried.port
    if envelope.tls == MUTUAL:
        alpn = ("istio-peer-exchange", "istio")
        if envelope.as_http:
            alpn = ("istio-h2", "istio") if carried.is_h2 else ("istio-http/1.1", "istio")
        return FirstBytes(address, port, TLS, envelope.sni.lower(), alpn)
    own = ("h2", "http/1.1") if carried.is_h2 else ("http/1.1",)
    if envelope.tls not in {PLAINTEXT, OWN_TLS}:
        return FirstBytes(address, port, TLS, envelope.sni.lower(), own)
    if carried.has_tls:
        return FirstBytes(address, port, TLS, carried.sni.lower(), own if carried.http else ())
    seen = carried.http is not None and inspects
    if not seen:
        return FirstBytes(address, port, RAW)
    return FirstBytes(address, port, RAW, "", ("h2c",) if carried.is_h2 else ("http/1.1",))


@dataclass(frozen=True, slots=True, eq=False)
class _Opened:
    """How a chain took the bytes: the TLS it opened, and what it can read behind."""

    tls: str
    reads_http: bool
    outcome: Outcome | None = None


def opened(chain: ListenerChain, carried: Carried, envelope: Envelope) -> _Opened:
    """Open the TLS of a connection at a chain of a sidecar."""
    if envelope.tls == PLAINTEXT:
        if chain.opens_tls:
            if carried.has_tls:
                return _Opened("server wants a client certificate, got tls", False,  # noqa: FBT003
                               Outcome.CLIENT_CERT_REQUIRED)  # fmt: skip
            return _Opened(PLAINTEXT, False, Outcome.TLS_REQUIRED)  # noqa: FBT003
        tls = _NOT_OPENED if carried.has_tls else PLAINTEXT
        return _Opened(tls, reads_http=not carried.has_tls and carried.http is not None)
    if not chain.opens_tls:
        tls = "mTLS not terminated here" if envelope.tls == MUTUAL else _NOT_OPENED
        return _Opened(tls, reads_http=False)
    if envelope.tls != MUTUAL:
        return _Opened("server wants a client certificate, got tls", False,  # noqa: FBT003
                       Outcome.CLIENT_CERT_REQUIRED)  # fmt: skip
    return _Opened("mtls", reads_http=not carried.has_tls and carried.http is not None)


class Peer(NamedTuple):
    """The other end of a connection: its identity, the name it asks for, where it really is.

    ``remote`` is empty where the request tells by the header ``x-forwarded-for``.
    """

    principal: str | None
    sni: str
    remote: str = ""


class _ChosenChain(NamedTuple):
    chain: ListenerChain
    port: InboundPort
    demand: EffectiveMode


class ServerSide:
    """Answers for the sidecars of servers."""

    def __init__(
        self, ports: InboundPorts, policies: PeerAuthentications, decisions: Decisions
    ) -> None:
        self.ports = ports
        self._policies = policies
        self._decisions = decisions

    def arrive(
        self, workload: Workload, carried: Carried, envelope: Envelope, sidecar: Sidecar | None
    ) -> Hop:
        """Follow a connection into the sidecar of a server; it ends at the application."""
        port = self.ports.find(workload, carried.port, sidecar)
        demand = self._policies.of_port(workload, carried.port)
        first = first_bytes(carried, envelope)
        found = Chains(inbound_chains(port, demand.mode)).choose(first)
        if not found:
            return Hop(
                workload, Direction.INBOUND, Outcome.NO_FILTER_CHAIN, LISTENER, demand=demand
            )
        return self._at_chain(workload, carried, envelope, _ChosenChain(found[0], port, demand))

    def _at_chain(
        self, workload: Workload, carried: Carried, envelope: Envelope, chosen: _ChosenChain
    ) -> Hop:
        chain, port, demand = chosen
        state = opened(chain, carried, envelope)
        protocol = "http" if chain.is_http else "tcp"

        def hop(outcome: Outcome, verdict: Verdict | None = None, code: str = "") -> Hop:
            http = chain.is_http and outcome is Outcome.DELIVERED
            return Hop(
                workload, Direction.INBOUND, outcome, LISTENER, chain.name, protocol, state.tls,
                virtual_host=f"inbound|http|{port.service_port}" if http else "",
                route_name="default" if http else "", route_index=0 if http else None, code=code, verdict=verdict, demand=demand,
                cluster=_cluster(port) if outcome is Outcome.DELIVERED else "",
            )  # fmt: skip

        if state.outcome is not None:
            return hop(state.outcome)
        if chain.is_http and not state.reads_http:
            return hop(Outcome.PROTOCOL_ERROR)
        principal = envelope.principal if state.tls == "mtls" else None
        peer = Peer(principal, first_sni(carried, envelope))
        verdict = self.decide(workload, carried, carried.http if chain.is_http else None, peer)
        if not verdict.is_allowed:
            return hop(Outcome.DENIED, verdict, verdict.code)
        return hop(Outcome.DELIVERED, verdict)

    def decide(
        self, workload: Workload, carried: Carried, http: HttpRequest | None, peer: Peer
    ) -> Verdict:
        """Ask the policies of a workload; a sidecar takes the last forwarded address."""
        remote = peer.remote
        if not remote and http is not None:
            remote = http.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        arrival = Arrival(
            carried.port, peer.principal, carried.source, remote or carried.source,
            carried.address, peer.sni, http,
        )  # fmt: skip
        return self._decisions.decide(workload, arrival)


def first_sni(carried: Carried, envelope: Envelope) -> str:
    """The server name that the connection asks for, empty without TLS."""
    if envelope.tls not in {PLAINTEXT, OWN_TLS}:
        return envelope.sni
    return carried.sni if carried.has_tls else ""


def _cluster(port: InboundPort) -> str:
    return f"inbound|{port.number}||" if port.is_known else "InboundPassthroughCluster"
