"""The gateways and clients for which a match of a VirtualService can take anything.

Conditions on the port, the gateway and the source are settled when istiod writes the routes:
``port`` is that of the Gateway's server or of the Service, source labels are those of the proxy's
own pod (TranslateRoute and sourceMatchHTTP, pilot/pkg/networking/core/route/route.go, and
matchTLS and matchTCP, pilot/pkg/networking/core/tls.go, Istio 1.31). Gateways compare of tcp and
tls matches the port and the gateway alone (l4SingleMatch, gateway.go there), and sidecars use tls
rules for ports of TLS and HTTPS, tcp rules for the others.
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import selects
from meshctl.mesh.gateways.server_merge import route_kind
from meshctl.mesh.registry.services import HostPort, RegisteredHost, addresses_of, is_outside
from meshctl.mesh.traffic.delegates import MESH, gateway_name
from meshctl.mesh.traffic.sidecar_routes import HTTP_PORT, serves
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import EnvoyFilter, Match, Route, VirtualService, Workload
from meshctl.resources.cached_property import cached_property

_PLAIN = "http"
_OF_TRUST = ("numTrustedProxies", "xff_num_trusted_hops", "use_remote_address", "scheme_header")
_OF_SIDECARS = ("sourceLabels", "sourceNamespace", "destinationSubnets")


class Obstacle(Enum):
    """Which condition keeps a match from a gateway; the values are the fields."""

    GATEWAY = "gateways"
    PORT = "port"
    LABELS = "sourceLabels"
    NAMESPACE = "sourceNamespace"
    SUBNETS = "destinationSubnets"
    PROTOCOL = "protocol"
    """The hosts have no port for rules of this kind, or are unknown; there is no such field."""


class IdleMatch(NamedTuple):
    """A match that takes nothing at a gateway (or ``mesh``): which condition, what there is."""

    gateway: str
    obstacle: Obstacle
    known: tuple[str, ...]

    @property
    def is_of_source(self) -> bool:
        """Does a name keep it off that a proxy elsewhere may have: of a client or of a gateway?"""
        return self.obstacle in {Obstacle.LABELS, Obstacle.NAMESPACE, Obstacle.GATEWAY}


class MatchListeners:
    """Answers for the matches of VirtualServices."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._called_ports: dict[tuple[VirtualService, str], frozenset[int]] = {}
        self._shown: dict[tuple[VirtualService, str, str], tuple[str, ...]] = {}

    def idle(self, route: Route, match: Match) -> tuple[list[IdleMatch], int]:
        """List where a match surely takes nothing, and count where it does or may.

        Only gateways that the match is for are asked, with each root for a match of a delegate.
        """
        idle: list[IdleMatch] = []
        applying = 0
        for service, one in self._uses(route, match):
            every = self._parts.traffic.routes.gateways_of(service)
            named = {gateway_name(name, service.namespace) for name in one.gateways}
            asked = [name for name in every if not named or name in named]
            if named and not asked:
                idle.append(IdleMatch(min(named), Obstacle.GATEWAY, tuple(every)))
            for name in asked:
                why = self._obstacle(service, route.kind, one, name)
                if why is None:
                    applying += 1
                else:
                    idle.append(IdleMatch(name, *why))
        return idle, applying

    def _uses(self, route: Route, match: Match) -> Iterator[tuple[VirtualService, Match]]:
        """Walk the VirtualServices whose routes a match is in, with what it asks for there."""
        service = route.virtual_service
        if service.hosts:
            yield service, match
            return
        delegates = self._parts.traffic.routes.delegates
        for root in delegates.roots(service):
            for rule in delegates.rules(root):
                for merged in rule.matches if rule.action is route else ():
                    if merged.written[-1] is match:
                        yield root, merged.match

    def _obstacle(
        self, service: VirtualService, kind: str, match: Match, gateway: str
    ) -> tuple[Obstacle, tuple[str, ...]] | None:
        ports = self.ports(service, kind, gateway) if match.port else None
        if ports and match.port not in ports:
            return Obstacle.PORT, self._shown_ports(service, kind, gateway)
        if gateway == MESH and kind != "http":
            return self._of_connections(service, kind, match)
        if match.gateways or kind != "http":
            return None
        labels, namespace = match.labels_of("sourceLabels"), match.text("sourceNamespace")
        if gateway == MESH:
            return self._of_clients(labels, namespace)
        pods = list(self._pods(gateway))
        if labels and pods and not any(selects(labels, one) for _, one in pods):
            return Obstacle.LABELS, ()
        homes = {home for home, _ in pods}
        if namespace and homes and None not in homes and namespace not in homes:
            return Obstacle.NAMESPACE, tuple(sorted(home for home in homes if home is not None))
        return None

    def _of_connections(
        self, service: VirtualService, kind: str, match: Match
    ) -> tuple[Obstacle, tuple[str, ...]] | None:
        """Find what keeps a tcp or tls match from the connections of all sidecars."""
        hosts = self._hosts(service)
        if not hosts and self._parts.knows.everywhere("ServiceEntry"):
            return Obstacle.PROTOCOL, ()
        others = self.of_other_kind(hosts, kind)
        if others:
            shown = dict.fromkeys(f"{port.number} {port.protocol}" for port in others)
            return Obstacle.PROTOCOL, tuple(shown)
        subnets = match.texts("destinationSubnets")
        asked = {0, match.port} if match.port else {0}
        addresses = {
            one
            for host in hosts
            if any(serves(port, kind) and asked <= {0, port.number} for port in host.ports)
            for one in addresses_of(host)
        }
        if subnets and addresses and all(is_outside(subnets, address) for address in addresses):
            return Obstacle.SUBNETS, tuple(sorted(addresses))
        return self._of_clients(match.labels_of("sourceLabels"), match.text("sourceNamespace"))

    def of_other_kind(self, hosts: Iterable[RegisteredHost], kind: str) -> list[HostPort]:
        """List the ports of hosts if there are some, and rules of a kind are for none of them."""
        ports = [port for host in hosts for port in host.ports]
        return ports if not any(serves(port, kind) for port in ports) else []

    def layer4_hosts(self, service: VirtualService) -> tuple[list[RegisteredHost], list[str]]:
        """List what tcp and tls rules of a VirtualService are for, and hosts that nothing declares.

        Unlike those of http they are for wildcards above a host, too.
        """
        found: dict[RegisteredHost, None] = {}
        undeclared = []
        for host in self._parts.sidecar_routes.hosts(service):
            above = self._parts.registry.covering(host)
            declared = [
                *self._parts.registry.covered_by(host),
                *(o for each in above for o in each),
            ]
            found.update(dict.fromkeys(declared))
            if not declared:
                undeclared.append(host)
        return [*found], undeclared

    def _hosts(self, service: VirtualService) -> list[RegisteredHost]:
        found, undeclared = self.layer4_hosts(service)
        return [] if undeclared and not self._parts.is_whole else found

    def narrowed_at_gateways(self, route: Route, match: Match) -> tuple[str, ...]:
        """List the conditions of a tcp or tls match that gateways don't read, if it is for any."""
        if route.kind == "http":
            return ()
        for service, one in self._uses(route, match):
            every = self._parts.traffic.routes.gateways_of(service)
            named = {gateway_name(name, service.namespace) for name in one.gateways} or {*every}
            for name in named & {*every} - {MESH}:
                if self._obstacle(service, route.kind, one, name) is None:
                    return tuple(key for key in _OF_SIDECARS if one.data.get(key))
        return ()

    def ports(self, service: VirtualService, kind: str, gateway: str) -> frozenset[int]:
        """Collect the ports a gateway (or the mesh) has for a VirtualService; empty: unknown."""
        if gateway == MESH:
            return self._called(service, kind)
        known = self._parts.gateways.find(gateway)
        if known is None:
            return frozenset()
        return self._parts.gateways.bindings.ports(known, service).get(kind, frozenset())

    def schemes(self, route: Route, match: Match) -> dict[str, frozenset[str]]:
        """Say which schemes requests have at the gateways (and ``mesh``) that a match of http is for.

        Envoy tells it by TLS, at gateways without trusted proxies before them; sidecars believe the header
        `X-Forwarded-Proto` (ConnectionManagerUtility::mutateRequestHeaders of Envoy). Empty where one isn't known.
        """
        found: dict[str, frozenset[str]] = {}
        for service, one in self._uses(route, match):
            every = self._parts.traffic.routes.gateways_of(service)
            named = {gateway_name(name, service.namespace) for name in one.gateways} or {*every}
            for name in every:
                if name == MESH and name in named:
                    found[name] = frozenset({_PLAIN})
                if name == MESH or name not in named:
                    continue
                known = self._parts.gateways.find(name)
                if known is None or self._trusts_others:
                    return {}
                servers = self._parts.gateways.bindings.servers(known, service)
                found[name] = frozenset(
                    f"{_PLAIN}s" if server.terminates_tls else _PLAIN
                    for server in servers
                    if route_kind(server) == "http" and match.port in {None, server.port}
                )
        return found

    @cached_property
    def _trusts_others(self) -> bool:
        """May a gateway take the scheme from a proxy before it?"""
        pods = (pod.pod_annotations for pod in self._parts.of(Workload) if is_gateway(pod))
        written = (
            self._parts.config.raw,
            *pods,
            *(one.data for one in self._parts.of(EnvoyFilter)),
        )
        return any(word in str(one) for one in written for word in _OF_TRUST)

    def undeclared(self, route: Route, match: Match) -> tuple[int, ...]:
        """List the ports that the hosts declare, if in the mesh only calls to another one, 80, fit.

        istiod writes routes for a host on port 80 even where its Service has no such port, since
        other Services make the listener (buildSidecarVirtualHostsForVirtualService there).
        """
        service = route.virtual_service
        gateways = self._parts.traffic.routes.gateways_of(service)
        is_asked = not match.gateways or MESH in match.gateways
        if match.port != HTTP_PORT or route.kind != "http" or not (MESH in gateways and is_asked):
            return ()
        # A host that nothing declares is that of the other gateways, where there are any.
        others = len(gateways) > 1 and not match.gateways
        called = frozenset(self._declared(service, "http", without_unknown=others))
        return () if HTTP_PORT in called else tuple(sorted(called))

    def _shown_ports(self, service: VirtualService, kind: str, gateway: str) -> tuple[str, ...]:
        key = service, kind, gateway
        if key not in self._shown:
            is_mesh = gateway == MESH
            ports = self._declared(service, kind) if is_mesh else self.ports(service, kind, gateway)
            self._shown[key] = tuple(map(str, sorted({*ports})))
        return self._shown[key]

    def _called(self, service: VirtualService, kind: str) -> frozenset[int]:
        if (service, kind) not in self._called_ports:
            declared = frozenset(self._declared(service, kind))
            added = {HTTP_PORT} if kind == "http" and declared else frozenset[int]()
            self._called_ports[service, kind] = declared | added
        return self._called_ports[service, kind]

    def _declared(
        self, service: VirtualService, kind: str, *, without_unknown: bool = False
    ) -> Iterator[int]:
        if kind != "http":
            yield from (
                port.number
                for host in self._hosts(service)
                for port in host.ports
                if serves(port, kind)
            )
            return
        for host in self._parts.sidecar_routes.hosts(service):
            declared = list(self._parts.registry.covered_by(host))
            if not declared and not self._parts.is_whole:
                return
            for registered_host in declared:
                yield from (p.number for p in registered_host.ports if serves(p, kind))
            if not declared and not without_unknown:
                yield HTTP_PORT

    def _of_clients(
        self, labels: Mapping[str, str], namespace: str
    ) -> tuple[Obstacle, tuple[str, ...]] | None:
        """Is it known that no workload with a proxy has these labels, or is in the namespace?"""
        if not self._parts.is_whole or not (labels or namespace):
            return None
        home = namespace or None
        found = [
            workload
            for workload in self._parts.workloads.find(labels, home)
            if self._is_client(workload)
        ]
        if found or self._parts.registry.workload_entries.any(labels, home):
            return None
        obstacle = Obstacle.LABELS if labels else Obstacle.NAMESPACE
        return obstacle, ()

    def _is_client(self, workload: Workload) -> bool:
        membership = self._parts.workloads.membership(workload)
        return membership is not Membership.NONE and not is_gateway(workload)

    def _pods(self, gateway: str) -> Iterator[tuple[str | None, Mapping[str, str]]]:
        known = self._parts.gateways.find(gateway)
        for effective in self._parts.gateways.distinct_of(known) if known is not None else ():
            if effective.workload.is_real:
                yield effective.workload.namespace, effective.workload.labels
