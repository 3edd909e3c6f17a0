"""The effective gateways: what each gateway workload serves, and which server owns what."""

from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.core.precedence import order_is_known
from meshctl.mesh.gateways.gateway_workloads import GatewayWorkload
from meshctl.mesh.gateways.listeners import Listener, SkippedRoute, build_listeners
from meshctl.mesh.gateways.server_merge import MergedServer, MergedServers, merge
from meshctl.mesh.gateways.virtual_hosts import VirtualHost, virtual_hosts
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.routes import ProxyNode, Routes
from meshctl.resources import Gateway, Server
from meshctl.resources.cached_property import cached_property


class EffectiveGateway:
    """All Gateways of one gateway workload, the oldest first, merged as istiod merges them.

    ``first`` is the first of those that are sent the same, wherever they run; what it was made into
    serves all. ``like`` is the first of them in the same namespace.
    """

    def __init__(
        self, workload: GatewayWorkload, gateways: tuple[Gateway, ...], routes: Routes,
        registry: Registry, left_out: Server | None = None, like: "EffectiveGateway | None" = None,
        first: "EffectiveGateway | None" = None,
    ) -> None:  # fmt: skip
        self.workload = workload
        self.like = like or self
        self.first = first or self
        self.gateways = gateways
        self._left_out = left_out
        self._routes = routes
        self._registry = registry
        self._hosts: dict[str, tuple[VirtualHost, ...]] = {}
        self.proxy = ProxyNode(workload.namespace, workload.labels if workload.is_real else None)

    @cached_property
    def merged(self) -> MergedServers:
        """Every server with its fate."""
        if self.first is not self:
            return self.first.merged
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
        return self._built[0] if self.first is self else self.first.listeners

    @cached_property
    def ports(self) -> frozenset[int]:
        """The container ports that it listens on."""
        if self.first is not self:
            return self.first.ports
        return frozenset(listener.port for listener in self.listeners)

    @property
    def skipped_routes(self) -> tuple[SkippedRoute, ...]:
        """The tls routes that another server's or route's SNI keeps out."""
        return self._built[1] if self.first is self else self.first.skipped_routes

    @cached_property
    def route_configs(self) -> dict[str, tuple[VirtualHost, ...]]:
        """The HTTP route configurations that a listener uses, by name, with their hosts."""
        if self.first is not self:
            return self.first.route_configs
        used = {c.route_config: None for listener in self.listeners for c in listener.chains}
        return {
            name: self.hosts_of(name)
            for name in used
            if name and name in self.merged.by_route_config
        }

    def hosts_of(self, route_config: str) -> tuple[VirtualHost, ...]:
        """Build the virtual hosts of one route configuration; none where there is no such."""
        if self.first is not self:
            return self.first.hosts_of(route_config)
        if route_config not in self._hosts:
            servers = self.merged.by_route_config.get(route_config)
            self._hosts[route_config] = (
                virtual_hosts(servers, self._routes, self.proxy) if servers is not None else ()
            )
        return self._hosts[route_config]

    @cached_property
    def _by_server(self) -> dict[Server, MergedServer]:
        return {server.server: server for server in self.servers}

    def find(self, server: Server) -> MergedServer | None:
        """Find what became of a server here, ``None`` if its Gateway selects other pods."""
        return self.first.find(server) if self.first is not self else self._by_server.get(server)

    def serves(self, name: str, port: int, host: str) -> bool:
        """Does a Gateway, by its full name, have a server for a host on a container port here?"""
        if self.first is not self:
            return self.first.serves(name, port, host)
        index = self._served.get((name, port))
        return index is not None and (
            next(index.covering(host), None) is not None
            or next(index.covered_by(host), None) is not None
        )

    def taking(self, port: int, host: str) -> list[MergedServer]:
        """List the servers that take a host on a container port, in istiod's order."""
        if self.first is not self:
            return self.first.taking(port, host)
        index = self._taking.get(port)
        return [self.servers[one] for one in sorted(index.meeting(host))] if index else []

    @cached_property
    def _taking(self) -> dict[int, HostIndex[int]]:
        found: dict[int, HostIndex[int]] = {}
        for number, server in enumerate(self.servers):
            for server_host in server.hosts if server.drop is None else ():
                found.setdefault(server.target, HostIndex()).add(server_host.host, number)
        return found

    @cached_property
    def _served(self) -> dict[tuple[str, int], HostIndex[str]]:
        found: dict[tuple[str, int], HostIndex[str]] = {}
        for server in self.servers:
            for server_host in server.hosts if server.drop is None else ():
                index = found.setdefault((server.gateway_name, server.target), HostIndex())
                index.add(server_host.host, server_host.host)
        return found

    @cached_property
    def serving(self) -> frozenset[MergedServer]:
        """The servers that make a difference: without one of them the configuration would change.

        A server that only pushes out another one, which would serve, counts as well.
        """
        if self.first is not self:
            return self.first.serving
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
        if self.first is not self:
            return self.first.redirected
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
