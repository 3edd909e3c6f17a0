"""Routes of the mesh that none of the known clients gets.

A sidecar follows a VirtualService that is exported to its namespace (VirtualServicesForGateway,
push_context.go) and that an egress listener of its Sidecar imports, with the namespace of the
VirtualService (SelectVirtualServices, virtualservice.go; both in pilot/pkg/model, Istio 1.31).
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.workloads.membership import Membership
from meshctl.resources import Ref, VirtualService, Workload
from meshctl.resources.cached_property import cached_property


class HiddenRoutes(NamedTuple):
    """A host whose callers miss a VirtualService for it: one of them, and what hides it."""

    host: str
    caller: Workload
    call: Ref
    hidden_by: Ref


class RoutesOfCallers:
    """Answers for VirtualServices."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def missed(self, service: VirtualService) -> HiddenRoutes | None:
        """Find a host of a VirtualService all of whose known callers miss its routes."""
        routes = self._parts.traffic.routes
        if not service.hosts or MESH not in routes.gateways_of(service):
            return None
        for host in self._parts.sidecar_routes.hosts(service):
            missed = [
                self._hidden(service, host, caller, port, place)
                for caller, port, place in self._callers.get(host, ())
            ]
            found = next(
                (hidden_routes for hidden_routes in missed if hidden_routes is not None), None
            )
            if found is not None and all(missed):
                return found
        return None

    def _hidden(
        self, service: VirtualService, host: str, caller: Workload, port: int | None, place: Ref
    ) -> HiddenRoutes | None:
        routes, scopes = self._parts.traffic.routes, self._parts.sidecar_scope
        if not routes.is_visible(service, caller.namespace):
            if routes.bound(MESH, caller.namespace).at(host):
                return None  # these clients have routes of their own
            where = "exportTo" if service.spec.has("exportTo") else "hosts"
            return HiddenRoutes(host, caller, place, service.spec.key(where))
        sidecar = scopes.sidecar_of(caller)
        if sidecar is None or not sidecar.egress:
            return None
        client = scopes.client(caller)
        listeners = client.scopes if port is None else [client.scope(port)]
        hosts = self._parts.sidecar_routes.hosts(service)
        if any(
            listener is not None and listener.reads(service.namespace, hosts)
            for listener in listeners
        ):
            return None
        return HiddenRoutes(host, caller, place, sidecar.spec.key("egress"))

    @cached_property
    def _callers(self) -> dict[str, list[tuple[Workload, int | None, Ref]]]:
        """The workloads with a sidecar whose settings name a Service, by its full name."""
        found: dict[str, list[tuple[Workload, int | None, Ref]]] = {}
        for host, caller, port, place in self._calls():
            found.setdefault(host, []).append((caller, port, place))
        return found

    def _calls(self) -> Iterator[tuple[str, Workload, int | None, Ref]]:
        workloads = self._parts.workloads
        for caller in workloads:
            if workloads.membership(caller) is Membership.SIDECAR:
                for call in self._parts.sidecar_scope.declared_calls.of(caller):
                    yield call.host.host, caller, call.port, call.place
