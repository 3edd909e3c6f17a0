"""The effective gateways: what each gateway workload serves, and which server owns what."""

from collections.abc import Iterable, Iterator, Mapping

from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.core.precedence import age, order_is_known
from meshctl.mesh.gateways.gateway_workloads import GatewayWorkload, GatewayWorkloads
from meshctl.mesh.gateways.listeners import Listener, SkippedRoute, build_listeners
from meshctl.mesh.gateways.server_merge import MergedServer, MergedServers, merge
from meshctl.mesh.gateways.virtual_hosts import VirtualHost, virtual_hosts
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.routes import ProxyNode, Routes
from meshctl.resources import Gateway, Server, Workload
from meshctl.resources.cached_property import cached_property


class EffectiveGateway:
    """All Gateways of one gateway workload, merged as istiod merges them."""

    def __init__(
        self, workload: GatewayWorkload, gateways: Iterable[Gateway], routes: Routes,
        registry: Registry, left_out: Server | None = None,
    ) -> None:  # fmt: skip
        self.workload = workload
        self.gateways = tuple(sorted(gateways, key=age))
        self._left_out = left_out
        self._routes = routes
        self._registry = registry
        self.proxy = ProxyNode(workload.namespace, workload.labels if workload.is_real else None)

    @cached_property
    def merged(self) -> MergedServers:
        """Every server with its fate."""
        return merge(self.gateways, self.workload.targets, self._left_out)

    def without(self, server: Server) -> "EffectiveGateway":
        """Give the gateway as it would be if one server were not written."""
        routes, registry = self._routes, self._registry
        return EffectiveGateway(self.workload, self.gateways, routes, registry, server)

    @property
    def servers(self) -> list[MergedServer]:
        """Every server in istiod's order, dropped ones too."""
        return self.merged.servers

    @cached_property
    def _built(self) -> tuple[tuple[Listener, ...], tuple[SkippedRoute, ...]]:
        return build_listeners(self.merged, self._routes, self._registry, self.proxy)

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The listeners, sorted by name."""
        return self._built[0]

    @property
    def skipped_routes(self) -> tuple[SkippedRoute, ...]:
        """The tls routes that another server's or route's SNI keeps out."""
        return self._built[1]

    @cached_property
    def route_configs(self) -> dict[str, tuple[VirtualHost, ...]]:
        """The HTTP route configurations that a listener uses, by name, with their hosts."""
        used = {c.route_config: None for listener in self.listeners for c in listener.chains}
        return {
            name: virtual_hosts(self.merged.by_route_config[name], self._routes, self.proxy)
            for name in used
            if name and name in self.merged.by_route_config
        }

    @cached_property
    def _by_server(self) -> dict[Server, MergedServer]:
        return {server.server: server for server in self.servers}

    def find(self, server: Server) -> MergedServer | None:
        """Find what became of a server here, ``None`` if its Gateway selects other pods."""
        return self._by_server.get(server)

    @cached_property
    def serving(self) -> frozenset[MergedServer]:
        """The servers that make a difference: without one of them the configuration would change.

        A server that only pushes out another one, which would serve, counts as well.
        """
        found = {
            chain.server
            for listener in self.listeners
            for chain in listener.chains
            if not chain.server.is_http
        }
        found.update(
            socket.servers[0]
            for socket in self.merged.sockets
            if len(socket.servers) == 1 and socket.servers[0].is_http
        )
        for name, hosts in self.route_configs.items():
            for virtual_host in hosts:
                found.update(virtual_host.servers)
                found.update(
                    servers[0]
                    for servers in virtual_host.redirects.values()
                    if len(set(servers)) == 1
                )
            first = self.merged.by_route_config[name][:2]
            if hosts[0].is_blackhole and len({server.server.port for server in first}) == len(
                first
            ):
                found.add(first[0])
        for server in self.servers:
            if server.rival is not None and server.rival.drop is None and server.routes_http:
                found.add(server.rival)
        return frozenset(found)

    @cached_property
    def redirected(self) -> dict[MergedServer, list[str]]:
        """The domains that a request can have and a server redirects to HTTPS."""
        found: dict[MergedServer, list[str]] = {}
        for hosts in self.route_configs.values():
            for virtual_host in hosts:
                for domain, servers in virtual_host.redirects.items():
                    for server in dict.fromkeys(servers) if "/" not in domain else ():
                        found.setdefault(server, []).append(domain)
        return found

    def order_is_known(self, server: MergedServer, other: MergedServer) -> bool:
        """Is it certain which of two servers comes first? Within one Gateway it always is."""
        gateways = server.server.gateway, other.server.gateway
        return gateways[0] is gateways[1] or order_is_known(gateways)


class Gateways:
    """The effective gateways, found by workload, Gateway, server or host."""

    def __init__(
        self, gateways: Iterable[Gateway], workloads: GatewayWorkloads, routes: Routes,
        registry: Registry,
    ) -> None:  # fmt: skip
        self._gateways = {gateway.key_name: gateway for gateway in gateways}
        self._workloads = workloads
        self._routes = routes
        self._registry = registry

    def __iter__(self) -> Iterator[EffectiveGateway]:
        return iter(self._all)

    @cached_property
    def _all(self) -> tuple[EffectiveGateway, ...]:
        picked = self._workloads.pick(self._gateways.values())
        return tuple(
            EffectiveGateway(workload, gateways, self._routes, self._registry)
            for workload, gateways in sorted(picked, key=lambda pair: pair[0].name)
        )

    def find(self, name: str) -> Gateway | None:
        """Find a Gateway by ``namespace/name``."""
        return self._gateways.get(name)

    def of(self, gateway: Gateway) -> list[EffectiveGateway]:
        """List the effective gateways that a Gateway is part of: one for each workload."""
        return self._by_gateway.get(gateway, [])

    def for_workload(self, name: str) -> EffectiveGateway | None:
        """Find the effective gateway of a workload (or the Service for it), by its name.

        A workload that no Gateway selects has one as well: without servers.
        """
        known = next((gateway for gateway in self if gateway.workload.name == name), None)
        if known is not None:
            return known
        workload = self._workloads.named(name)
        if workload is None:
            return None
        return EffectiveGateway(workload, (), self._routes, self._registry)

    def fates(self, server: Server) -> Iterator[tuple[EffectiveGateway, MergedServer]]:
        """Walk what became of a server on each workload that has it."""
        for gateway in self.of(server.gateway):
            found = gateway.find(server)
            if found is not None:
                yield gateway, found

    def is_lost(self, server: Server) -> bool:
        """Is a server left out on every workload that its Gateway selects?"""
        fates = [fate.drop for _, fate in self.fates(server)]
        return bool(fates) and None not in fates

    def serving(self, host: str) -> Iterator[tuple[EffectiveGateway, MergedServer]]:
        """Walk the servers (not dropped) with a host in common with this host or wildcard."""
        seen = set()
        found = list(self._hosts.covering(host))
        found.append(list(self._hosts.covered_by(host)))
        for several in found:
            for gateway, server in several:
                if server not in seen:
                    seen.add(server)
                    yield gateway, server

    def redirected_by(self, server: Server) -> Iterator[str]:
        """Walk the domains that requests can have and a server redirects."""
        for gateway, fate in self.fates(server):
            yield from gateway.redirected.get(fate, ())

    def has_target(self, server: Server, host: str) -> bool:
        """Is there somewhere to redirect a host of a plain server to, on one of its workloads?

        That is a TLS server, or a plain one on another port behind a load balancer's TLS.
        """
        own = {gateway: fate.target for gateway, fate in self.fates(server)}
        return any(
            not merged_server.is_http
            or (merged_server.target != own[gateway] and not merged_server.server.https_redirect)
            for gateway, merged_server in self.serving(host)
            if gateway in own
        )

    def meant_by(self, selector: Mapping[str, str]) -> Workload | None:
        """Find a gateway workload whose labels differ from a selector only in their spelling.

        Letters count, but neither their case nor the separators between them.
        """
        meant = _spelling(selector)
        found = (gateway.workload.workload for gateway in self)
        known = [workload for workload in found if workload is not None]
        several = (*known, *self._workloads.routers)
        return next(
            (workload for workload in several if meant <= _spelling(workload.pod_labels)), None
        )

    @cached_property
    def _by_gateway(self) -> dict[Gateway, list[EffectiveGateway]]:
        found: dict[Gateway, list[EffectiveGateway]] = {}
        for effective in self:
            for gateway in effective.gateways:
                found.setdefault(gateway, []).append(effective)
        return found

    @cached_property
    def _hosts(self) -> HostIndex[tuple[EffectiveGateway, MergedServer]]:
        index: HostIndex[tuple[EffectiveGateway, MergedServer]] = HostIndex()
        for effective in self:
            for server in effective.servers:
                if server.drop is None:
                    for host in server.hosts:
                        index.add(host.host, (effective, server))
        return index


def _spelling(labels: Mapping[str, str]) -> set[tuple[str, str]]:
    return {
        (key, "".join(letter for letter in value.lower() if letter.isalnum()))
        for key, value in labels.items()
    }
