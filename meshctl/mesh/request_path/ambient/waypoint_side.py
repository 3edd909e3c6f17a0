"""Follows requests through a waypoint: policies by targetRefs, routes of the service, endpoints.

Mirrors buildWaypointInboundHTTPRouteConfig, waypointInboundRoute and getVirtualServiceForWaypoint
(pilot/pkg/networking/core/listener_waypoint.go, Istio 1.31): VirtualServices and routes of the
Gateway API count in the namespace of the service or of the waypoint, one after the other, and
none with source labels; what they lead to is not sent through a waypoint once more.
"""

from collections.abc import Iterator
from dataclasses import replace

from meshctl.istio.ambient import MANAGED_WAYPOINT
from meshctl.istio.labels import GATEWAY_MANAGED, GATEWAY_NAME
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.istio.protocols import Protocol
from meshctl.mesh.ambient.ambient import Ambient
from meshctl.mesh.ambient.waypoints import Waypoint
from meshctl.mesh.authorization.arrival import Arrival
from meshctl.mesh.authorization.decision import Decisions
from meshctl.mesh.core.hosts import covers
from meshctl.mesh.registry.services import HostPort
from meshctl.mesh.request_path.chains import ClusterTarget
from meshctl.mesh.request_path.egress_scope import EgressScope, hosts_of
from meshctl.mesh.request_path.hops import Carried, Direction, Hop, Outcome
from meshctl.mesh.request_path.proxy_services import ProxyService
from meshctl.mesh.request_path.proxy_views import ProxyViews
from meshctl.mesh.request_path.sending import Sender
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.routes import EffectiveRoute, ProxyNode, Routes
from meshctl.resources import VirtualService, Workload, make_resource
from meshctl.sources.documents import Document

_TCP_ROUTES = "tcp and tls routes at a waypoint are not followed"


class WaypointSide:
    """Answers for waypoints of services."""

    def __init__(
        self, ambient: Ambient, decisions: Decisions, routes: Routes, views: ProxyViews,
        sender: Sender,
    ) -> None:  # fmt: skip
        self._ambient = ambient
        self._decisions = decisions
        self._routes = routes
        self._views = views
        self._sender = sender
        self._pods: dict[Waypoint, Workload] = {}

    def arrive(
        self, waypoint: Waypoint, service: ProxyService, carried: Carried, principal: str
    ) -> Hop:
        """Follow what is for a port of a service that the waypoint serves."""
        head = Hop(self.pod_of(waypoint), Direction.WAYPOINT, Outcome.FORWARD, tls="mtls")
        port = service.port(carried.port)
        if port is None or port.protocol is Protocol.UDP:
            return replace(head, outcome=Outcome.NO_LISTENER)
        sees = carried.http is not None and not carried.has_tls
        as_http = port.protocol.is_http or (port.protocol is Protocol.AUTO and sees)
        if as_http and not sees:
            return replace(head, outcome=Outcome.PROTOCOL_ERROR)
        head = replace(head, protocol="http" if as_http else "tcp")
        head = self._decided(head, waypoint, service, carried, principal)
        if head.outcome is Outcome.DENIED:
            return head
        found = list(self._virtual_services(waypoint, service))
        if not as_http and any(
            virtual_service.tcp or virtual_service.tls for virtual_service in found
        ):
            return replace(head, outcome=Outcome.UNKNOWN, reason=_TCP_ROUTES)
        routes = tuple(self._built(found, waypoint, port)) if as_http else ()
        name = f"inbound|http|{port.number}" if as_http else ""
        head = replace(head, virtual_host=name, route_name="" if routes else "default")
        if routes:
            return self._sender.follow(head, routes, carried, is_tls=False)
        return self._sender.send(head, carried, [ClusterTarget(service.host, port.number)])

    def _decided(
        self, head: Hop, waypoint: Waypoint, service: ProxyService, carried: Carried,
        principal: str,
    ) -> Hop:  # fmt: skip
        policies = self._ambient.waypoint_policies
        bound = self._ambient.api.services.get(f"{service.namespace}/{service.host}")
        http = carried.http if head.protocol == "http" else None
        arrival = Arrival(
            carried.port, principal, carried.source, carried.source, carried.address, "", http
        )
        verdict = self._decisions.decide_by(
            policies.authorization_of(waypoint, bound), policies.tokens_of(waypoint, bound), arrival
        )
        outcome = head.outcome if verdict.is_allowed else Outcome.DENIED
        return replace(head, outcome=outcome, code=verdict.code, verdict=verdict)

    def _virtual_services(
        self, waypoint: Waypoint, service: ProxyService
    ) -> Iterator[VirtualService]:
        """Walk those with routes for a service, in the order in which the waypoint asks them."""
        home = waypoint.gateway.namespace
        scope = EgressScope(self._views.services, self._routes, home, None)
        places = scope.listeners[0].places
        bound = self._routes.bound(MESH, home)
        found = {
            claim.virtual_service
            for claims in bound.covering(service.host)
            for claim in claims
            if claim.virtual_service.namespace in {home, service.namespace}
            and claim.virtual_service in places
        }
        for virtual_service in sorted(found, key=places.__getitem__):
            if any(covers(host, service.host) for host in hosts_of(virtual_service, self._routes)):
                yield virtual_service

    def _built(
        self, found: list[VirtualService], waypoint: Waypoint, port: HostPort
    ) -> Iterator[EffectiveRoute]:
        """Walk their routes; a destination without a port means the only one, or the same."""
        proxy = ProxyNode(waypoint.gateway.namespace, {})
        for service in found:
            for route in self._routes.build(service, MESH, port.number, proxy):
                targets = tuple(
                    self._routes.target(target.destination, port.number, proxy, target.weight)
                    for target in route.targets
                )
                yield replace(route, targets=targets)

    def pod_of(self, waypoint: Waypoint) -> Workload:
        """Give a pod of a waypoint, made as istiod's controller makes it where the input has none."""
        if waypoint not in self._pods:
            found = self._ambient.instances(waypoint)
            self._pods[waypoint] = found[0] if found else _stand_in(waypoint)
        return self._pods[waypoint]


def _stand_in(waypoint: Waypoint) -> Workload:
    gateway = waypoint.gateway
    data = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": gateway.name,
            "namespace": gateway.namespace,
            "labels": {GATEWAY_NAME: gateway.name, GATEWAY_MANAGED: MANAGED_WAYPOINT},
        },
        "spec": {
            "serviceAccountName": gateway.name,
            "containers": [{"name": PROXY_CONTAINER, "args": ["proxy", "waypoint"]}],
        },
    }
    made = make_resource(Document("(assumed)", 1, "", data), data, (), gateway.namespace)
    assert isinstance(made, Workload)  # noqa: S101 - a Pod is one
    return made
