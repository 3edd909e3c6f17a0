"""Binds VirtualServices to the Gateways they name, and to the servers that take their hosts.

Mirrors the host checks of pickMatchingGatewayHosts (pilot/pkg/networking/core/gateway.go) and the
names of resolveGatewayName (pilot/pkg/model/config.go), Istio 1.31.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.istio.names import GENERATED
from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.server_merge import route_kind, server_hosts
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.delegates import MESH, gateway_name
from meshctl.resources import Gateway, Ref, Resource, Server, Service, VirtualService
from meshctl.resources.cached_property import cached_property
from meshctl.spelling import CloseNames, Slips

_CLOSE = 0.6

KUBERNETES = "gateway.networking.k8s.io"


class _Claim(NamedTuple):
    namespace: str
    server: Server


class Binding(NamedTuple):
    """One entry of a VirtualService's ``gateways``: what it names, and where it is written."""

    name: str
    """``namespace/name``, or ``mesh``."""
    ref: Ref
    gateway: Gateway | None
    """``None`` when the input has no such Gateway."""
    is_kubernetes: bool
    """Is it a Gateway of the Kubernetes Gateway API, or a name that istiod makes of one?"""

    @property
    def is_generated(self) -> bool:
        """Is it a name that istiod makes of a Gateway of the Kubernetes Gateway API?"""
        return GENERATED in self.name.partition("/")[2]

    @property
    def is_mesh(self) -> bool:
        """Does it stand for all sidecars?"""
        return self.name == MESH


class Bindings:
    """Answers for VirtualServices and the Gateways they name."""

    def __init__(
        self, gateways: Iterable[Gateway], others: Iterable[Resource], registry: Registry
    ) -> None:
        self._registry = registry
        self._gateways = {gateway.key_name: gateway for gateway in gateways}
        self._kubernetes = {
            resource.key_name
            for resource in others
            if (resource.kind, resource.group) == ("Gateway", KUBERNETES)
        }
        self._of: dict[VirtualService, Sequence[Binding]] = {}
        self._slips: dict[str, Slips] = {}
        self._close: dict[str, CloseNames] = {}
        self._may_use: dict[tuple[VirtualService, str], bool] = {}
        self._servers: dict[tuple[Gateway, str, tuple[str, ...]], Sequence[Server]] = {}
        self._ports = IdentityCache(_ports_by_kind)
        self._claims: dict[Gateway, HostIndex[_Claim]] = {}

    def of(self, service: VirtualService) -> Sequence[Binding]:
        """List what a VirtualService names; nothing named means the mesh."""
        known = self._of.get(service)
        if known is None:
            known = self._of[service] = tuple(self._bind(service))
        return known

    def _bind(self, service: VirtualService) -> Iterator[Binding]:
        for index, written in enumerate(service.gateways):
            yield self._binding(written, service.spec.at("gateways", index), service.namespace)
        if not service.gateways:
            yield Binding(MESH, service.spec.at("gateways"), None, is_kubernetes=False)

    def of_matches(self, service: VirtualService) -> Iterator[Binding]:
        """Walk what the matches of a VirtualService name."""
        for route in service.routes:
            for match in route.matches:
                for index, written in enumerate(match.gateways):
                    yield self._binding(written, match.at("gateways", index), service.namespace)

    def name_of(self, written: str, service: VirtualService) -> str:
        """Resolve how a VirtualService names a Gateway to ``namespace/name``."""
        return gateway_name(written, service.namespace)

    def called(self, name: str) -> list[Gateway]:
        """Find the Gateways of any namespace with this own name."""
        return self._called.get(name, [])

    def in_namespace(self, namespace: str) -> list[str]:
        """List the own names of the Gateways of a namespace."""
        return self._names.get(namespace, [])

    def misspelling_of(self, name: str, namespace: str) -> str | None:
        """Find the one Gateway of a namespace whose name differs from another by one slip."""
        if namespace not in self._slips:
            self._slips[namespace] = Slips(self.in_namespace(namespace))
        return self._slips[namespace].meant_by(name)

    def close_to(self, name: str, namespace: str) -> str:
        """The name of a Gateway of a namespace that a name may be meant for; else nothing."""
        if namespace not in self._close:
            self._close[namespace] = CloseNames(self.in_namespace(namespace))
        return self._close[namespace].to(name, _CLOSE)

    @cached_property
    def _called(self) -> dict[str, list[Gateway]]:
        found: dict[str, list[Gateway]] = {}
        for gateway in self._gateways.values():
            found.setdefault(gateway.name, []).append(gateway)
        return found

    @cached_property
    def _names(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for gateway in self._gateways.values():
            found.setdefault(gateway.namespace, []).append(gateway.name)
        return found

    def may_use(self, service: VirtualService, kind: str) -> bool:
        """May a Gateway, or the mesh, use its routes of a kind: ``http``, ``tls`` or ``tcp``?"""
        key = service, kind
        if key not in self._may_use:
            bound = (binding.gateway for binding in self.of(service))
            several = (
                self.ports(gateway, service) if gateway is not None else {} for gateway in bound
            )
            self._may_use[key] = any(not ports or kind in ports for ports in several)
        return self._may_use[key]

    def servers(self, gateway: Gateway, service: VirtualService) -> Sequence[Server]:
        """List the servers of a Gateway that let a VirtualService in for one of its hosts.

        VirtualServices of one namespace with the same hosts share one sequence.
        """
        key = gateway, service.namespace, tuple(service.hosts)
        if key not in self._servers:
            found: dict[Server, None] = {}
            for host in service.hosts:
                found.update(dict.fromkeys(self.servers_for(gateway, host, service.namespace)))
            self._servers[key] = tuple(found)
        return self._servers[key]

    def ports(self, gateway: Gateway, service: VirtualService) -> Mapping[str, frozenset[int]]:
        """The ports of these servers by the kind of the routes that they use."""
        return self._ports.of(self.servers(gateway, service))

    def servers_for(self, gateway: Gateway, host: str, namespace: str | None) -> list[Server]:
        """List the servers of a Gateway for a host, as VirtualServices of a namespace see them.

        Without a namespace, those are listed that only other namespaces may use, too.
        """
        return list(dict.fromkeys(self._letting_in(gateway, host, namespace)))

    def _letting_in(self, gateway: Gateway, host: str, namespace: str | None) -> Iterator[Server]:
        name = self._registry.fqdn(host, namespace) if namespace is not None else host
        for claim in self._overlapping(gateway, name):
            if namespace is None or claim.namespace in {"", namespace}:
                yield claim.server

    def takes(self, gateway: Gateway, host: str, namespace: str) -> bool:
        """Has a Gateway a server for a host, or for the outside name that a Service gives it?"""
        declared = self._registry.at(self._registry.fqdn(host, namespace))
        services = (
            registered_host.source
            for registered_host in declared
            if isinstance(registered_host.source, Service)
        )
        names = (host, *(service.external_name for service in services if service.external_name))
        found = (next(self._letting_in(gateway, name, namespace), None) for name in names)
        return any(server is not None for server in found)

    def _binding(self, written: str, ref: Ref, namespace: str) -> Binding:
        name = gateway_name(written, namespace)
        kubernetes = name in self._kubernetes or GENERATED in name
        return Binding(name, ref, self._gateways.get(name), kubernetes)

    def _overlapping(self, gateway: Gateway, host: str) -> Iterator[_Claim]:
        if gateway not in self._claims:
            index: HostIndex[_Claim] = HostIndex()
            for server in gateway.servers:
                for server_host in server_hosts(server):
                    index.add(server_host.host, _Claim(server_host.namespace, server))
            self._claims[gateway] = index
        for several in self._claims[gateway].covering(host):
            yield from several
        yield from self._claims[gateway].covered_by(host)


def _ports_by_kind(servers: Sequence[Server]) -> Mapping[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for server in servers:
        found.setdefault(route_kind(server), set()).add(server.port)
    return {kind: frozenset(ports) for kind, ports in found.items()}
