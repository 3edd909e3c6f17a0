"""The listener of a sidecar that takes a call to an address and port, with its chains.

Mirrors buildSidecarOutboundListeners, buildSidecarOutboundListener and mergeTCPFilterChains
(pilot/pkg/networking/core/listener.go) with the chains of tls.go there, Istio 1.31. Only the port
that is asked for is built.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from meshctl.istio.protocols import PLAIN_HTTP_ALPN, RAW, Protocol, parse_protocol
from meshctl.mesh.core.selectors import selects
from meshctl.mesh.registry.services import NO_ADDRESS, HostPort
from meshctl.mesh.request_path.chains import ClusterTarget, ListenerChain
from meshctl.mesh.request_path.egress_scope import EgressScope, ScopeListener
from meshctl.mesh.request_path.proxy_services import ProxyService
from meshctl.mesh.traffic.delegates import MESH, resolved
from meshctl.mesh.traffic.routes import ProxyNode, Routes
from meshctl.resources import Match, Route, VirtualService
from meshctl.resources.istio.virtual_service import WeightedRoute

WILDCARD = NO_ADDRESS
_SPEAKING_FIRST = frozenset({Protocol.MONGO, Protocol.MYSQL})
Instances = Callable[[ProxyService, HostPort], Sequence[str]]
"""The addresses of the pods behind a port of a headless service, without the client's own."""


@dataclass(slots=True, eq=False)
class OutboundListener:
    """A listener at an address and port, with its chains in order."""

    address: str
    port: int
    protocol: Protocol
    chains: list[ListenerChain] = field(default_factory=list)
    locked: bool = False
    asked: set[object] = field(default_factory=set)
    """What its chains ask for, once there are several."""

    @property
    def name(self) -> str:
        """How istiod names it."""
        return f"{self.address}_{self.port}"

    @property
    def inspects_http(self) -> bool:
        """Does it look whether the first bytes are HTTP?"""
        return any(chain.alpn for chain in self.chains)

    @property
    def default(self) -> ListenerChain | None:
        """The chain for what no other takes; ``None`` where that goes past istiod's knowledge."""
        several = [chain for chain in self.chains if chain.takes_all]
        return several[-1] if several else None


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    """A port of a service for which a listener is built."""

    service: ProxyService
    port: HostPort
    protocol: Protocol
    number: int
    bind: str
    listener: ScopeListener
    cidrs: tuple[str, ...] = ()


class OutboundListeners:
    """The listeners of one sidecar, built port by port."""

    def __init__(
        self, scope: EgressScope, routes: Routes, proxy: ProxyNode, instances: Instances
    ) -> None:
        self._scope = scope
        self._routes = routes
        self._proxy = proxy
        self._instances = instances
        self._built: dict[tuple[int, str | None], dict[str, OutboundListener]] = {}

    def find(self, address: str, port: int) -> OutboundListener | None:
        """Find the listener for an address; ``None`` for the one that takes all the rest."""
        several = self._at(port, address)
        return several.get(address) or several.get(WILDCARD)

    def bound_to(self, address: str, port: int) -> OutboundListener | None:
        """Find the listener of just this address and port."""
        return self._at(port, address).get(address)

    def on(self, port: int) -> Iterable[OutboundListener]:
        """List all listeners of a port."""
        return self._at(port, None).values()

    def _at(self, port: int, address: str | None) -> dict[str, OutboundListener]:
        key = port, address
        if key not in self._built:
            self._built[key] = self._build(port, address)
        return self._built[key]

    def _build(self, number: int, address: str | None) -> dict[str, OutboundListener]:
        found: dict[str, OutboundListener] = {}
        for listener in self._scope.on(number):
            if listener.port is not None:
                for call in self._of_listener(listener, number, address):
                    self._add(call, found)
                continue
            for outbound_listener in found.values():
                outbound_listener.locked = True
            for service in listener.services_on(number, address):
                for port in service.ports:
                    if port.number == number:
                        for call in self._of_service(service, port, listener):
                            self._add(call, found)
        return found

    def _of_listener(
        self, listener: ScopeListener, number: int, address: str | None
    ) -> Iterator[_Call]:
        protocol = parse_protocol(listener.protocol) or Protocol.AUTO
        if listener.is_http_proxy:
            protocol = Protocol.HTTP
        for service in listener.services_on(number, address):
            port = service.port(number)
            if port is not None:
                yield _Call(service, port, protocol, number, listener.bind, listener)

    def _of_service(
        self, service: ProxyService, port: HostPort, listener: ScopeListener
    ) -> Iterator[_Call]:
        call = _Call(service, port, port.protocol, port.number, "", listener)
        by_pod = service.is_passthrough and service.address == NO_ADDRESS
        if not by_pod or port.protocol.is_http:
            yield call
            return
        addresses = self._instances(service, port)
        source = service.declared.source
        if not addresses and not service.is_kubernetes and not source.spec.has("workloadSelector"):
            yield call
        for address in addresses:
            yield replace(call, bind=address)

    def _add(self, call: _Call, found: dict[str, OutboundListener]) -> None:
        """Build the chains of a port and join them with what the address already has."""
        if call.service.is_alias or call.protocol is Protocol.UDP:
            return
        call = _bound(call)
        known = found.get(call.bind)
        if known is not None and known.locked:
            return
        is_auto = call.protocol is Protocol.AUTO
        if known is None:
            protocol, chains = call.protocol, list(self._chains(call))
            if call.protocol.is_http and call.bind == WILDCARD:
                protocol = Protocol.AUTO
            found[call.bind] = OutboundListener(call.bind, call.number, protocol, chains)
            return
        is_http, was_tcp = call.protocol.is_http, not known.protocol.may_be_http
        if (is_http and not was_tcp) or (is_auto and known.protocol is Protocol.AUTO):
            return
        if _is_kept_apart(call.protocol, known.protocol):
            return
        if is_auto and known.protocol.is_http:
            known.protocol, known.chains = Protocol.AUTO, list(self._chains(call))
            known.asked.clear()
            return
        _merge(known, self._chains(call))
        if is_http or is_auto or known.protocol.is_http:
            known.protocol = Protocol.AUTO

    def _chains(self, call: _Call) -> Iterator[ListenerChain]:
        if not call.protocol.is_http:
            yield from self._tcp_chains(call)
        if call.protocol.may_be_http:
            own = call.protocol is Protocol.AUTO and call.bind != WILDCARD
            rds = f"{call.service.host}:{call.number}" if own else str(call.number)
            inspects = call.protocol is Protocol.AUTO or call.bind == WILDCARD
            alpn, transport = (PLAIN_HTTP_ALPN, RAW) if inspects else ((), "")
            yield ListenerChain(alpn=alpn, transport=transport, is_http=True, rds=rds)

    def _tcp_chains(self, call: _Call) -> Iterator[ListenerChain]:
        several = call.listener.layer4_for(call.service.host)
        if call.protocol.is_tls:
            yield from self._tls_routes(call, several)
        else:
            yield from self._tcp_routes(call, several)

    def _tls_routes(
        self, call: _Call, several: Iterable[VirtualService]
    ) -> Iterator[ListenerChain]:
        seen: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
        cidrs = call.cidrs
        for service in several:
            for route in service.tls:
                for match in route.matches if route.routes else ():
                    if not self._applies(match, call.number):
                        continue
                    names, subnets = match.texts("sniHosts"), match.texts("destinationSubnets")
                    cidrs = subnets or cidrs
                    if (names, subnets) not in seen:
                        seen.add((names, subnets))
                        targets = self._targets(route, call.number)
                        yield ListenerChain(
                            sni=names, cidrs=cidrs, targets=targets, route=route,
                            virtual_service=service,
                        )  # fmt: skip
        if not seen:
            unnamed = call.service.address == WILDCARD == call.bind
            sni = (call.service.host,) if cidrs or unnamed else ()
            yield ListenerChain(sni=sni, cidrs=cidrs, targets=(_own_target(call),))

    def _tcp_routes(
        self, call: _Call, several: Iterable[VirtualService]
    ) -> Iterator[ListenerChain]:
        for service in several:
            for route in service.tcp:
                if not route.routes:
                    continue
                targets = self._targets(route, call.number)
                fitting = [match for match in route.matches if self._applies(match, call.number)]
                subnets = [match.texts("destinationSubnets") for match in fitting]
                head = {"targets": targets, "route": route, "virtual_service": service}
                if not route.matches or () in subnets:
                    yield ListenerChain(cidrs=call.cidrs, **head)  # type: ignore[arg-type]
                    return
                wanted = tuple(block for blocks in subnets for block in blocks)
                if wanted:
                    yield ListenerChain(cidrs=wanted, **head)  # type: ignore[arg-type]
                    if sorted(wanted) == sorted(call.cidrs):
                        return
        yield ListenerChain(cidrs=call.cidrs, targets=(_own_target(call),))

    def _applies(self, match: Match, port: int) -> bool:
        """Is a match for this client and port? Unlike with http, named gateways change nothing."""
        if match.port and match.port != port:
            return False
        gateways = resolved(match).gateways
        labels, namespace = match.labels_of("sourceLabels"), match.text("sourceNamespace")
        return (
            (not gateways or MESH in gateways)
            and selects(labels, self._proxy.labels or {})
            and namespace in {"", self._proxy.namespace}
        )

    def _targets(self, route: Route, port: int) -> tuple[ClusterTarget, ...]:
        single = len(route.routes) == 1
        return tuple(
            self._target(weighted_route, port, single=single) for weighted_route in route.routes
        )

    def _target(self, entry: WeightedRoute, port: int, *, single: bool) -> ClusterTarget:
        destination = entry.destination
        host = self._routes.full_host(destination)
        service = self._scope.service(host)
        number = destination.port or port
        if service is not None:
            if not destination.port and len(service.ports) == 1:
                number = service.ports[0].number
            host = service.external_name or host
        weight = None if single else entry.weight or 0
        return ClusterTarget(host, number, destination.subset, weight, destination)


def address_of(service: ProxyService, protocol: Protocol) -> str:
    """Choose the address to listen on: HTTP shares one for all, others have their service's."""
    is_shared = protocol.is_http or _is_block(service.address)
    return WILDCARD if is_shared else service.address


def _bound(call: _Call) -> _Call:
    if call.bind:
        return call
    address, protocol = call.service.address, call.protocol
    blocks = (address,) if _is_block(address) and not protocol.is_http else ()
    return replace(call, bind=address_of(call.service, protocol), cidrs=blocks)


def _is_block(address: str) -> bool:
    return "/" in address and (address[:1].isdigit() or ":" in address)


def _is_kept_apart(incoming: Protocol, known: Protocol) -> bool:
    """Would looking at the first bytes break a server that speaks first?"""
    return incoming is not known and bool(_SPEAKING_FIRST & {incoming, known})


def _own_target(call: _Call) -> ClusterTarget:
    ports = call.service.ports
    number = ports[0].number if len(ports) == 1 else call.number
    return ClusterTarget(call.service.host, number)


def _merge(known: OutboundListener, incoming: Iterable[ListenerChain]) -> None:
    if not known.asked:
        known.asked.update(listener_chain.asks_for for listener_chain in known.chains)
    for chain in incoming:
        if chain.asks_for not in known.asked:
            known.asked.add(chain.asks_for)
            known.chains.append(chain)
