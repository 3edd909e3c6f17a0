"""Which Services get requests from ingress gateways past their waypoint?

A gateway sends to a waypoint only for a Service with ``istio.io/ingress-use-waypoint``, of its own
or of its namespace (pilot/pkg/serviceregistry/kube/controller/ambient/ambientindex.go and
pilot/pkg/xds/endpoints/endpoint_builder.go, Istio 1.31).
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.istio.labels import INGRESS_USE_WAYPOINT
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.traffic.delegates import MESH
from meshctl.resources import KubernetesRoute, Ref, Service, TargetRef, VirtualService
from meshctl.resources.cached_property import cached_property


class DirectPath(NamedTuple):
    """A route from a gateway to a Service: the gateway, and where the destination is written."""

    gateway: str
    place: Ref


class WaypointBypass:
    """Answers for Services with a waypoint."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def services(self, namespace: str, target: TargetRef) -> Iterator[Service]:
        """Walk the Services of a waypoint that a target means: itself, or those of a waypoint."""
        if target.kind == "Service":
            service = self._parts.ambient.service(target.name, namespace)
            if service is not None:
                yield service
        elif target.kind == "Gateway":
            yield from self._by_waypoint.get(f"{namespace}/{target.name}", ())

    def past(self, service: Service) -> DirectPath | None:
        """Find a gateway that sends requests past the waypoint of a Service."""
        if self._parts.ambient.waypoint_use(service) is None or self._uses_it(service):
            return None
        return self._paths.get(service.key_name)

    def _uses_it(self, service: Service) -> bool:
        own = service.labels.get(INGRESS_USE_WAYPOINT)
        home = self._parts.workloads.namespace(service.namespace)
        inherited = home.labels.get(INGRESS_USE_WAYPOINT) if home is not None else None
        return (own if own is not None else inherited or "").lower() == "true"

    @cached_property
    def _by_waypoint(self) -> dict[str, list[Service]]:
        found: dict[str, list[Service]] = {}
        for service in self._parts.of(Service):
            use = self._parts.ambient.waypoint_use(service)
            if use is not None:
                found.setdefault(use.key_name, []).append(service)
        return found

    @cached_property
    def _paths(self) -> dict[str, DirectPath]:
        found: dict[str, DirectPath] = {}
        for name, path in (*self._of_virtual_services(), *self._of_routes()):
            found.setdefault(name, path)
        return found

    def _of_virtual_services(self) -> Iterator[tuple[str, DirectPath]]:
        for one in self._parts.of(VirtualService):
            names = [name for name in self._parts.traffic.routes.gateways_of(one) if name != MESH]
            for route in one.routes if names and one.hosts else ():
                for destination in route.destinations:
                    for declared in self._parts.reachability.clusters.declared(destination):
                        path = DirectPath(names[0], destination.at("host"))
                        yield declared.source.key_name, path

    def _of_routes(self) -> Iterator[tuple[str, DirectPath]]:
        for route in self._parts.of(KubernetesRoute):
            for parent in route.parents:
                gateway = self._parts.gateway_api.reference_grants.gateway(parent)
                if parent.kind != "Gateway" or (gateway is not None and gateway.is_waypoint):
                    continue
                for backend in route.backends:
                    if backend.kind == "Service":
                        name = f"{backend.namespace}/{backend.name}"
                        yield (
                            name,
                            DirectPath(f"{parent.namespace}/{parent.name}", backend.at("name")),
                        )
