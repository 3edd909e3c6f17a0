"""What uses a waypoint, and Services that get requests from ingress gateways past theirs.

A gateway sends to a waypoint only for a Service with ``istio.io/ingress-use-waypoint``, of its own
or of its namespace (pilot/pkg/serviceregistry/kube/controller/ambient/ambientindex.go and
pilot/pkg/xds/endpoints/endpoint_builder.go, Istio 1.31).
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.istio.ambient import WAYPOINT_FOR
from meshctl.istio.labels import INGRESS_USE_WAYPOINT, USE_WAYPOINT, USE_WAYPOINT_NAMESPACE
from meshctl.mesh.ambient.waypoint_use import WaypointUse
from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.traffic.delegates import MESH
from meshctl.resources import (
    AuthorizationPolicy,
    KubernetesGateway,
    KubernetesRoute,
    Namespace,
    Ref,
    Resource,
    Service,
    ServiceEntry,
    TargetRef,
    VirtualService,
    Workload,
)
from meshctl.resources.cached_property import cached_property


class DirectPath(NamedTuple):
    """A route from a gateway to a Service: the gateway, and where the destination is written."""

    gateway: str
    place: Ref


class RefusedUser(NamedTuple):
    """Something that asks for a waypoint which doesn't serve it: the label, and why."""

    user: Resource
    use: WaypointUse
    why: str


class WaypointBypass:
    """Answers for Services with a waypoint."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._bypassed: dict[tuple[str, str, str], tuple[Service, DirectPath] | None] = {}

    def is_used(self, gateway: KubernetesGateway) -> bool:
        """Does any Service, ServiceEntry, workload or Namespace ask for a waypoint?"""
        name = gateway.key_name
        return name in self._by_waypoint or name in self._labelled or name in self._askers

    @cached_property
    def _askers(self) -> frozenset[str]:
        """The waypoints that ServiceEntries and Namespaces ask for."""
        several = (*self._parts.of(ServiceEntry), *self._parts.of(Namespace))
        uses = (self._parts.ambient.waypoint_use(resource) for resource in several)
        return frozenset(use.key_name for use in uses if use is not None)

    def is_there(self, target: TargetRef) -> bool:
        """Is the target of a policy in its namespace, or of a kind that nobody here knows all about?"""
        name, namespace = target.name, target.resource.namespace
        if target.kind == "Gateway":
            return any(self._parts.reference_grants.named(namespace, name))
        if target.kind in {"Service", "ServiceEntry"}:
            return self._parts.ambient.target(target.kind, name, namespace) is not None
        return True

    def services(self, namespace: str, target: TargetRef) -> Iterator[Service]:
        """Walk the Services of a waypoint that a target means: itself, or those of a waypoint."""
        if target.kind == "Service":
            service = self._parts.ambient.service(target.name, namespace)
            if service is not None:
                yield service
        elif target.kind == "Gateway":
            yield from self._by_waypoint.get(f"{namespace}/{target.name}", ())

    def bypassed(self, namespace: str, target: TargetRef) -> tuple[Service, DirectPath] | None:
        """Find the first Service that a target means, as above, with a gateway that sends requests past its waypoint."""
        key = target.kind, namespace, target.name
        if key not in self._bypassed:
            several = (
                (service, self.past(service)) for service in self.services(namespace, target)
            )
            found = ((service, path) for service, path in several if path is not None)
            self._bypassed[key] = next(found, None)
        return self._bypassed[key]

    def past(self, service: Service) -> DirectPath | None:
        """Find a gateway that sends requests past the waypoint of a Service."""
        if self._parts.ambient.waypoint_use(service) is None or self._uses_it(service):
            return None
        return self._paths.get(service.key_name)

    def refused(self, gateway: KubernetesGateway) -> Iterator[RefusedUser]:
        """Walk what asks for a waypoint by its own label, or has a clause there, in vain."""
        ambient = self._parts.ambient
        for service in self._by_waypoint.get(gateway.key_name, ()):
            binding = ambient.waypoints.of_service(service, when_ready=True)
            use = ambient.waypoint_use(service)
            if use is None or binding.bound is not None:
                continue
            if binding.refusal is not None:
                yield RefusedUser(service, use, binding.refusal.message)
            elif service.key_name in self._targeted:
                serves = gateway.labels.get(WAYPOINT_FOR, "service")
                yield RefusedUser(service, use, f"it is for {serves} traffic alone")
        for workload in self._labelled.get(gateway.key_name, ()):
            binding = ambient.waypoints.of_pod(workload, when_ready=True)
            if binding.use is not None and binding.refusal is not None:
                yield RefusedUser(workload, binding.use, binding.refusal.message)

    @cached_property
    def _labelled(self) -> dict[str, list[Workload]]:
        """Workloads by the waypoint that a label of their own names."""
        found: dict[str, list[Workload]] = {}
        for workload in self._parts.workloads:
            name = workload.pod_labels.get(USE_WAYPOINT)
            if name:
                home = workload.pod_labels.get(USE_WAYPOINT_NAMESPACE, workload.namespace)
                found.setdefault(f"{home}/{name}", []).append(workload)
        return found

    @cached_property
    def _targeted(self) -> frozenset[str]:
        """The Services that routes or policies are written for."""
        found = {
            f"{parent.namespace}/{parent.name}"
            for route in self._parts.of(KubernetesRoute)
            for parent in route.parents
            if parent.kind == "Service"
        }
        for policy in self._parts.of(AuthorizationPolicy):
            found |= {
                f"{policy.namespace}/{ref.name}"
                for ref in policy.target_refs
                if ref.kind == "Service"
            }
        return frozenset(found)

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
        for virtual_service in self._parts.of(VirtualService):
            names = [
                name
                for name in self._parts.traffic.routes.gateways_of(virtual_service)
                if name != MESH
            ]
            for route in virtual_service.routes if names and virtual_service.hosts else ():
                for destination in route.destinations:
                    for declared in self._parts.reachability.clusters.declared(destination):
                        path = DirectPath(names[0], destination.at("host"))
                        yield declared.source.key_name, path

    def _of_routes(self) -> Iterator[tuple[str, DirectPath]]:
        for route in self._parts.of(KubernetesRoute):
            for parent in route.parents:
                gateway = self._parts.reference_grants.gateway(parent)
                if parent.kind != "Gateway" or (gateway is not None and gateway.is_waypoint):
                    continue
                for backend in route.backends:
                    if backend.kind == "Service":
                        name = f"{backend.namespace}/{backend.name}"
                        yield (
                            name,
                            DirectPath(f"{parent.namespace}/{parent.name}", backend.at("name")),
                        )
