"""Finds the calls of nginx by a Host that the mesh doesn't know, by which its sidecar routes.

The listener of a sidecar for a port of HTTP is shared by all Services of that port; which of them a request is for, the Host
alone says (buildSidecarOutboundHTTPListenerOpts and BuildSidecarOutboundVirtualHosts, pilot/pkg/networking/core, Istio 1.31).
A request for a Host that the mesh doesn't declare goes on as plaintext to the address that was dialled, and under
``REGISTRY_ONLY`` is answered with 502.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.registry.services import HostPort, RegisteredHost, Registry
from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCalls
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import Routes
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.nginx_text import ProxiedServer, proxied_servers
from meshctl.mesh.workloads.traffic_capture import TrafficCapture
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import ConfigMap, Ref, Service, Workload
from meshctl.resources.cached_property import cached_property

_OF_CLIENTS = frozenset({"$host", "$http_host", "$host:$server_port", "$http_host:$server_port"})


class OtherAuthority(NamedTuple):
    """A call of nginx to a Service that carries the Host of its own client, or of nobody."""

    caller: Workload
    host: RegisteredHost
    port: HostPort
    place: Ref
    written: str
    """What nginx is told to send as Host."""


class _Call(NamedTuple):
    """What a ConfigMap declares, whoever reads it."""

    host: RegisteredHost
    port: HostPort
    place: Ref
    written: str


class OtherAuthorities:
    """Such calls by the ConfigMap that declares them."""

    def __init__(
        self, calls: DeclaredCalls, workloads: Workloads, registry: Registry, routes: Routes
    ) -> None:
        self._calls = calls
        self._workloads = workloads
        self._registry = registry
        self._routes = routes

    def of(self, config_map: ConfigMap) -> Sequence[OtherAuthority]:
        """List the calls that a ConfigMap declares, each port of a Service once."""
        return self._by_config_map.get(config_map, ())

    @cached_property
    def _ports_of_others(self) -> frozenset[int]:
        """The ports on which the mesh declares names outside the cluster, such as the Host of a client."""
        return frozenset(
            port.number
            for host in self._registry
            if not isinstance(host.source, Service)
            for port in host.ports
        )

    @cached_property
    def _has_routes_for_others(self) -> bool:
        """Do routes in the mesh name hosts that nothing declares?"""
        return any(
            self._registry.find(self._registry.fqdn(host, service.namespace), service.namespace)
            is None
            for service in self._routes.naming(MESH)
            for host in service.hosts
        )

    @cached_property
    def _by_config_map(self) -> dict[ConfigMap, list[OtherAuthority]]:
        readers: dict[ConfigMap, list[Workload]] = {}
        for workload in self._workloads:
            for config_map in self._calls.config_maps(workload):
                readers.setdefault(config_map, []).append(workload)
        return {one: [*self._of(one, several)] for one, several in readers.items()}

    def _of(self, config_map: ConfigMap, readers: Sequence[Workload]) -> Iterator[OtherAuthority]:
        """Walk the calls of a ConfigMap, each by the first of its readers whose sidecar gets it."""
        left: dict[int, list[_Call]] = {}
        for call in self._declared(config_map):
            left.setdefault(call.port.number, []).append(call)
        for workload in readers:
            if not left:
                return
            if self._workloads.membership(workload) is Membership.SIDECAR:
                past = TrafficCapture(workload).past_sidecar
                for number in [number for number in left if number not in past]:
                    for call in left.pop(number):
                        yield OtherAuthority(workload, *call)

    def _is_known(self, authority: str, namespace: str) -> bool:
        """May the mesh know a Host: is it a name that is declared, or a variable that may be one?"""
        name = authority.partition(":")[0]
        if "$" in authority or not name:
            return authority not in _OF_CLIENTS
        return (
            self._registry.find(self._registry.unshortened(name, namespace), namespace) is not None
        )

    def _declared(self, config_map: ConfigMap) -> Sequence[_Call]:
        """List the calls that a ConfigMap declares for whoever reads it, each port of a Service once."""
        found: dict[tuple[RegisteredHost, int], _Call] = {}
        for key, text in config_map.values.items():
            for server in proxied_servers(text) if "proxy_pass" in text else ():
                call = self._call(config_map.namespace, server, config_map.at("data", key))
                if call is not None:
                    found.setdefault((call.host, call.port.number), call)
        return [*found.values()]

    def _call(self, namespace: str, server: ProxiedServer, place: Ref) -> _Call | None:
        host = self._calls.service(server.host, namespace)
        port = host.port(server.port) if host is not None else None
        if host is None or port is None or self._is_known(server.authority, namespace):
            return None
        is_known = self._has_routes_for_others or port.number in self._ports_of_others
        if is_known or not port.protocol.is_http:
            return None
        return _Call(host, port, place, server.authority)
