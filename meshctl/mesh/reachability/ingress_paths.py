"""Ingress paths: the routes by which requests come from gateways to a workload."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.precedence import age
from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
from meshctl.mesh.gateways.gateway_index import Gateways
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import Routes
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import (
    Gateway,
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

    def into(self, workload: Workload) -> Sequence[IngressPath]:
        """The routes that bring requests to a workload."""
        return sorted(self._by_workload.get(workload, ()), key=lambda one: age(one.gateway))

    def behind(self, gateway: Gateway | KubernetesGateway) -> Sequence[tuple[Workload, Ref]]:
        """The workloads that a gateway routes to, each with its first destination's place."""
        found = self._by_gateway.get(gateway, {})
        return [(one, found[one]) for one in sorted(found, key=age)]

    @cached_property
    def _by_workload(self) -> dict[Workload, list[IngressPath]]:
        found: dict[Workload, list[IngressPath]] = {}
        for gateway, reached in self._by_gateway.items():
            for workload, place in reached.items():
                found.setdefault(workload, []).append(IngressPath(gateway, place))
        return found

    @cached_property
    def _by_gateway(self) -> dict[Gateway | KubernetesGateway, dict[Workload, Ref]]:
        found: dict[Gateway | KubernetesGateway, dict[Workload, Ref]] = {}
        routes: list[_Route] = [*self._of_services(), *self._of_routes()]
        for gateway, host, namespace, place in routes:
            known = self._registry.resolve(host, namespace)
            for workload in self._workloads.behind(known) if known is not None else ():
                found.setdefault(gateway, {}).setdefault(workload, place)
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
            parents = (self._grants.gateway(one) for one in route.parents)
            known = [gateway for gateway in parents if gateway is not None]
            for backend in route.backends if known else ():
                if backend.kind == "Service":
                    for gateway in known:
                        yield gateway, backend.name, backend.namespace, backend.at("name")
