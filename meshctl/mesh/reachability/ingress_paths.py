"""Ingress paths: the routes by which requests come from gateways to a workload."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.core.gateway_classes import GatewayClasses
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.registry.gateway_services import made_pods
from meshctl.mesh.registry.services import RegisteredHost, Registry
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import Routes
from meshctl.mesh.workloads.by_pods import ByPods
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import (
    Gateway,
    GatewayClass,
    KubernetesGateway,
    KubernetesRoute,
    Ref,
    VirtualService,
    Workload,
)
from meshctl.resources.cached_property import cached_property

_Route = tuple[Gateway | KubernetesGateway, str, str, Ref]


class IngressPath(NamedTuple):
    """A route from a gateway to a workload; ``place`` is where its destination is written."""

    gateway: Gateway | KubernetesGateway
    place: Ref


class IngressPaths:
    """All routes from gateways, by the workload they lead to and by the gateway."""

    def __init__(
        self, inventory: Inventory, registry: Registry, workloads: Workloads, routes: Routes,
        gateways: Gateways, grants: ReferenceGrants,
    ) -> None:  # fmt: skip
        self._inventory = inventory
        self._registry = registry
        self._workloads = workloads
        self._routes = routes
        self._gateways = gateways
        self._grants = grants
        self._firsts = IdentityCache(_firsts)  # many workloads share their paths
        self._pods = IdentityCache(self._pods_on)
        self._clients = IdentityCache(self._clients_on)

    def into(self, workload: Workload) -> Sequence[IngressPath]:
        """The routes that bring requests to a workload."""
        return self._firsts.of(self._by_pods.of(workload))

    def gateway_pods(self, workload: Workload) -> Sequence[tuple[Workload, Ref]]:
        """The pods of Istio's Gateways that route to a workload, each with the first place."""
        return self._pods.of(self.into(workload))

    def clients(self, workload: Workload) -> Sequence[tuple[Workload, Ref]]:
        """Those, and the pods that istiod runs for Gateways of the Gateway API, by their identity."""
        return self._clients.of(self.into(workload))

    def _clients_on(self, paths: Sequence[IngressPath]) -> Sequence[tuple[Workload, Ref]]:
        made = [
            (pods, path.place)
            for path in paths
            if isinstance(path.gateway, KubernetesGateway)
            for pods in self._pods_of(path.gateway)
        ]
        known = self._pods.of(paths)
        return (*known, *made) if made else known

    def _pods_of(self, gateway: KubernetesGateway) -> Iterator[Workload]:
        """Walk the pods that istiod runs for a Gateway, or those of the Service that it has for an address."""
        made = made_pods(gateway, self._classes)
        if made is not None:
            yield made
        for address in gateway.addresses:
            for host in self._registry.at(address.text("value")):
                yield from self._workloads.behind(host)

    @cached_property
    def _classes(self) -> GatewayClasses:
        return GatewayClasses(self._inventory.of(GatewayClass))

    def _pods_on(self, paths: Sequence[IngressPath]) -> Sequence[tuple[Workload, Ref]]:
        found: dict[Workload, Ref] = {}
        walked = set()
        for path in paths:
            alike: tuple[EffectiveGateway, ...] = ()
            if isinstance(path.gateway, Gateway):
                alike = self._gateways.distinct_of(path.gateway)
            for gateway in self._gateways.all_like(alike) if alike not in walked else ():
                if gateway.workload.workload is not None:
                    found.setdefault(gateway.workload.workload, path.place)
            walked.add(alike)
        return tuple(found.items())

    def behind(self, gateway: Gateway | KubernetesGateway) -> Sequence[tuple[Workload, Ref]]:
        """The workloads that a gateway routes to, each with its first destination's place."""
        found: dict[Workload, Ref] = {}
        for host, place in self._by_gateway.get(gateway, {}).items():
            for workload in self._workloads.behind(host):
                found.setdefault(workload, place)
        return [(one, found[one]) for one in sorted(found, key=age)]

    @cached_property
    def _by_pods(self) -> ByPods[IngressPath]:
        found: ByPods[IngressPath] = ByPods(self._workloads)
        for gateway, reached in self._by_gateway.items():
            for host, place in reached.items():
                found.add(host, IngressPath(gateway, place))
        return found

    @cached_property
    def _by_gateway(self) -> dict[Gateway | KubernetesGateway, dict[RegisteredHost, Ref]]:
        found: dict[Gateway | KubernetesGateway, dict[RegisteredHost, Ref]] = {}
        routes: list[_Route] = [*self._of_services(), *self._of_routes()]
        for gateway, host, namespace, place in routes:
            known = self._registry.resolve(host, namespace)
            if known is not None:
                found.setdefault(gateway, {}).setdefault(known, place)
        return found

    def _of_services(self) -> Iterator[_Route]:
        for service in sorted(self._inventory.of(VirtualService), key=age):
            names = self._routes.gateways_of(service) if service.hosts else ()
            gateways = [self._gateways.find(name) for name in names if name != MESH]
            known = [gateway for gateway in gateways if gateway is not None]
            rules = self._routes.delegates.rules(service) if known else ()
            routes = (*(rule.action for rule in rules), *service.tls, *service.tcp)
            for route in routes if known else ():
                for entry in route.routes:
                    target = entry.destination
                    for gateway in known:
                        yield gateway, target.host, target.resource.namespace, target.at("host")

    def _of_routes(self) -> Iterator[_Route]:
        for route in sorted(self._inventory.of(KubernetesRoute), key=age):
            parents = (self._grants.gateway(parent) for parent in route.parents)
            known = [gateway for gateway in parents if gateway is not None]
            for backend in route.backends if known else ():
                if backend.kind == "Service":
                    for gateway in known:
                        yield gateway, backend.name, backend.namespace, backend.at("name")


def _firsts(paths: Sequence[IngressPath]) -> Sequence[IngressPath]:
    """Choose the first path of each gateway, the oldest gateway's first."""
    found: dict[Gateway | KubernetesGateway, IngressPath] = {}
    for path in paths:
        found.setdefault(path.gateway, path)
    return tuple(sorted(found.values(), key=lambda ingress_path: age(ingress_path.gateway)))
