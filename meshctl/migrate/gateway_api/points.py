"""Finds where the routes of a VirtualService attach: listeners, and Services in the mesh."""

from collections.abc import Iterator, Mapping, Sequence

from meshctl.istio.api_versions import GATEWAY_API, NETWORKING
from meshctl.mesh.core.hosts import HostIndex, in_cluster, is_wildcard
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.traffic.delegates import MESH
from meshctl.migrate.gateway_api.asked import CantSayError
from meshctl.migrate.gateway_api.http_routes import Point, ServicePlan
from meshctl.migrate.gateway_api.listeners import GatewayPlan, Listener, is_usable_host
from meshctl.migrate.known import Known
from meshctl.resources import ServiceEntry, VirtualService

_HTTP = frozenset({"HTTP", "HTTPS"})


def _by_host(listeners: Sequence[Listener]) -> HostIndex[int]:
    index: HostIndex[int] = HostIndex()
    for number, listener in enumerate(listeners):
        index.add(listener.hostname or "*", number)
    return index


class Points:
    """Answers for VirtualServices."""

    def __init__(self, plans: Mapping[str, GatewayPlan], known: Known) -> None:
        self._plans, self._known = plans, known
        self._by_host = IdentityCache(_by_host)  # a Gateway has many VirtualServices

    def listeners(self, plan: ServicePlan) -> list[tuple[Listener, Point]]:
        """The listeners that take a host of a VirtualService; raises CantSayError."""
        return [*self._listeners(plan)]

    def _listeners(self, plan: ServicePlan) -> Iterator[tuple[Listener, Point]]:
        service, routes = plan.service, self._known.mesh.traffic.routes
        hosts = [routes.full_name(host, service.namespace) for host in service.hosts]
        for host in hosts:
            if not is_usable_host(host):
                raise CantSayError(
                    f"{host} is no host that a route may have", "write *. and a domain"
                )
        for name in routes.gateways_of(service):
            if name == MESH:
                continue
            gateway = self._plans.get(name)
            if gateway is None:
                raise CantSayError(f"Gateway {name} is not in the input", "add it to the input")
            index = self._by_host.of(gateway.listeners)
            numbers = set[int]().union(*map(index.meeting, hosts))
            for listener in (gateway.listeners[number] for number in sorted(numbers)):
                if not listener.is_for(service.namespace):
                    continue
                if routes.is_visible(service, listener.namespace):
                    yield listener, Point(_parent(listener, service), name, listener.port)
                else:
                    plan.draft.exact(f"exportTo hides it from the gateway of {listener.namespace}",
                                     service.spec.at("exportTo"))  # fmt: skip

    def of_http(self, plan: ServicePlan) -> list[Point]:
        """Where its http rules attach; raises CantSayError."""
        at_gateways = [
            point for listener, point in self._listeners(plan)
            if listener.protocol in _HTTP and not listener.is_redirect
        ]  # fmt: skip
        return [*at_gateways, *self._in_mesh(plan)]

    def _in_mesh(self, plan: ServicePlan) -> Iterator[Point]:
        service, routes = plan.service, self._known.mesh.traffic.routes
        if MESH not in routes.gateways_of(service):
            return
        if service.export_to and "*" not in service.export_to:
            plan.draft.near("a route counts for every client of its Service, whatever exportTo says",
                            service.spec.at("exportTo"))  # fmt: skip
        for index, written in enumerate(service.hosts):
            host = routes.full_name(written, service.namespace)
            reference, home = self._owner(host)
            if home != service.namespace:
                raise CantSayError(
                    f"a route for clients in the mesh counts for all of them only in {home}, the "
                    f"namespace of {host}", "move the VirtualService there",
                )  # fmt: skip
            del index
            yield Point(reference, MESH, 0, written)

    def _owner(self, host: str) -> tuple[dict[str, str], str]:
        """Name what declares a host, and its namespace."""
        parts = in_cluster(host, self._known.domain)
        if parts is not None and not is_wildcard(host):
            name, home = parts
            return {"group": "", "kind": "Service", "name": name}, home
        for declared in self._known.mesh.registry.at(host):
            entry = declared.source
            if isinstance(entry, ServiceEntry) and not is_wildcard(host):
                found = {"group": NETWORKING, "kind": "ServiceEntry", "name": entry.name}
                return found, entry.namespace
        raise CantSayError(f"nothing in the input declares {host} for a route to attach to",
                           "keep the VirtualService, or add the Service or ServiceEntry")  # fmt: skip


def _parent(listener: Listener, service: VirtualService) -> dict[str, str]:
    home = {} if listener.namespace == service.namespace else {"namespace": listener.namespace}
    return {
        "group": GATEWAY_API, "kind": "Gateway", "name": listener.gateway, **home,
        "sectionName": listener.name,
    }  # fmt: skip
