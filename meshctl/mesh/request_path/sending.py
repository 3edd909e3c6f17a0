"""How a proxy sends on: the route, its clusters, their endpoints and TLS."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from meshctl.mesh.request_path.chains import ClusterTarget
from meshctl.mesh.request_path.client_clusters import ORIGINAL, ClientCluster, ClientClusters, Wire
from meshctl.mesh.request_path.hops import Carried, Direction, Envelope, Hop, Leg, Outcome, Sending
from meshctl.mesh.request_path.proxy_views import ProxyViews
from meshctl.mesh.request_path.route_choice import (
    choose_route,
    new_authority,
    redirected,
    rewritten,
    sent_on,
    settings_of,
)
from meshctl.mesh.request_path.server_side import MUTUAL, OWN_TLS
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoint
from meshctl.mesh.security.tls_connection import ClientTls
from meshctl.mesh.traffic.faults import faults_of
from meshctl.mesh.traffic.routes import EffectiveRoute, Routes
from meshctl.resources import Workload

_LISTED = ("timeout", "retries", "fault", "mirror", "mirrors", "corsPolicy", "headers")
HBONE = "hbone"
ZTUNNEL = "ztunnel"
PASSTHROUGH = "PassthroughCluster"
UNKNOWN_SERVICE = "UnknownService"
Arrive = Callable[[Workload, Carried, Envelope], Hop]
Detour = Callable[[Hop, Carried, ClientCluster], Leg | None]
_AT_GATEWAYS = frozenset({Direction.GATEWAY, Direction.WAYPOINT})


class Sender:
    """Sends on what a sidecar or gateway has taken in."""

    def __init__(self, views: ProxyViews, routes: Routes, arrive: Arrive) -> None:
        self._views = views
        self._routes = routes
        self._arrive = arrive
        self.detour: Detour | None = None
        """Sends on by a waypoint what a gateway doesn't send to endpoints itself."""

    def follow(
        self, head: Hop, routes: Sequence[EffectiveRoute], carried: Carried, *, is_tls: bool
    ) -> Hop:
        """Choose a route of a virtual host and do what it says."""
        http = carried.http
        assert http is not None  # noqa: S101 - routes are for requests
        claims = _accepted_claims(head)
        chosen = choose_route(routes, http, "https" if is_tls else "http", claims)
        if chosen is None:
            return replace(head, outcome=Outcome.NO_ROUTE, code="404")
        route = chosen.route
        head = replace(
            head, route=route, route_name=route.name, route_index=chosen.place,
            unsure=chosen.unsure, settings=settings_of(route, _LISTED), outcome=Outcome.FORWARD,
            faults=faults_of(route.rule),
        )  # fmt: skip
        action = route.rule.action
        if action.has("redirect"):
            to = redirected(route, http, is_tls=is_tls)
            return replace(head, outcome=Outcome.REDIRECT, code=to.code, location=to.location)
        if action.has("directResponse"):
            answer = action.child("directResponse")
            code, body = str(answer.number("status") or ""), answer.child("body").text("string")
            return replace(head, outcome=Outcome.DIRECT_RESPONSE, code=code, body=body)
        path, host = rewritten(route, http.path), new_authority(route)
        head = replace(head, path=path if path != http.path else "", authority=host)
        sent = sent_on(route, http._replace(path=path, host=host or http.host))
        return self.send(head, carried._replace(http=sent), self._targets(head, route))

    def _targets(self, head: Hop, route: EffectiveRoute) -> Sequence[ClusterTarget]:
        """Name the clusters of a route: sidecars know a service by the port that was called."""
        if head.direction in _AT_GATEWAYS or head.workload is None:
            return [
                ClusterTarget(
                    target.host, target.port, target.subset, target.weight, target.destination
                )
                for target in route.targets
            ]
        hosts = self._views.view_of(head.workload).hosts_on(route.port)
        found = []
        for target in route.targets:
            destination = target.destination
            host = self._routes.full_host(destination)
            service = hosts.service(host) if hosts is not None else None
            if service is not None and service.external_name:
                host = service.external_name
            port = destination.port or route.port
            found.append(ClusterTarget(host, port, destination.subset, target.weight, destination))
        return found

    def _clusters_of(self, head: Hop) -> ClientClusters:
        assert head.workload is not None  # noqa: S101 - a proxy sends
        if head.direction in _AT_GATEWAYS:
            return self._views.gateway_view_of(head.workload).clusters
        return self._views.view_of(head.workload).clusters

    def send(self, head: Hop, carried: Carried, targets: Sequence[ClusterTarget]) -> Hop:
        """Send to the clusters that a route or chain names."""
        clusters = self._clusters_of(head)
        as_http = head.protocol == "http"
        gateway_api = head.virtual_service is not None and head.virtual_service.is_generated
        missing = 500 if gateway_api and as_http else 503
        sendings = tuple(
            self._sending(head, carried, target, clusters, missing) for target in targets
        )
        return replace(head, outcome=Outcome.FORWARD, sendings=sendings)

    def _sending(
        self, head: Hop, carried: Carried, target: ClusterTarget, clusters: ClientClusters,
        missing: int,
    ) -> Sending:  # fmt: skip
        if not target.host:
            return Sending(target, name=UNKNOWN_SERVICE, missing_code=missing)
        cluster = clusters.find(target)
        if cluster is None:
            return Sending(target, missing_code=missing)
        if (unsent := Sending(target, cluster)).lacks_authority:
            return unsent
        if head.direction is Direction.GATEWAY and self.detour is not None:
            leg = self.detour(head, carried, cluster)
            if leg is not None:
                return Sending(target, cluster, legs=(leg,))
        wires = cluster.endpoints
        if cluster.kind == ORIGINAL:
            wires = tuple(self._dialled(cluster, clusters, carried))
        legs = tuple(self._leg(head, carried, wire) for wire in once_each(wires))
        return Sending(target, cluster, legs=legs)

    def _dialled(
        self, cluster: ClientCluster, clusters: ClientClusters, carried: Carried
    ) -> Iterator[Wire]:
        """Walk what a cluster sends to that keeps the address; kube-proxy chooses behind one."""
        service = self._views.services.by_address.get(carried.address)
        port = service.port(carried.port) if service is not None else None
        if service is None or port is None or not service.is_kubernetes:
            yield clusters.wire_to(cluster, carried.address, carried.port)
            return
        for endpoint in self._views.endpoints.of_kubernetes(service, port):
            yield clusters.wire_to(cluster, endpoint.address, endpoint.port)

    def _leg(self, head: Hop, carried: Carried, wire: Wire) -> Leg:
        workload = wire.endpoint.workload
        if workload is None or head.workload is None:
            return Leg(wire, carried.has_tls)
        envelope = Envelope(wire.tls.value, wire.sni)
        if wire.by_hbone:
            envelope = Envelope(
                wire.tls.value, wire.sni, self._views.identity_of(head.workload), by_hbone=True
            )
        elif wire.tls is ClientTls.ISTIO_MUTUAL:
            principal = self._views.identity_of(head.workload)
            envelope = Envelope(MUTUAL, wire.sni, principal, as_http=head.protocol == "http")
        there = carried._replace(
            address=wire.endpoint.address, port=wire.endpoint.port,
            source=self._views.endpoints.address_of(head.workload),
        )  # fmt: skip
        return Leg(wire, carried.has_tls, self._arrive(workload, there, envelope))

    def passthrough(self, carried: Carried) -> Sending:
        """Send on to the address that was called; kube-proxy chooses behind a Service's."""
        service = self._views.services.by_address.get(carried.address)
        if service is not None and service.is_kubernetes:
            port = service.port(carried.port)
            found = self._views.endpoints.of_kubernetes(service, port) if port is not None else []
            wires = [Wire(endpoint, ClientTls.PLAINTEXT) for endpoint in found]
            legs = tuple(self._plain_leg(carried, wire) for wire in once_each(wires))
            return Sending(None, name=PASSTHROUGH, by_kube_proxy=True, legs=legs)
        pod = self._views.endpoints.at(carried.address)
        end = ServiceEndpoint(carried.address, carried.port, {}, pod)
        leg = self._plain_leg(carried, Wire(end, ClientTls.PLAINTEXT))
        return Sending(None, name=PASSTHROUGH, legs=(leg,))

    def _plain_leg(self, carried: Carried, wire: Wire) -> Leg:
        pod = wire.endpoint.workload
        if pod is None:
            return Leg(wire, carried.has_tls)
        there = carried._replace(address=wire.endpoint.address, port=wire.endpoint.port)
        return Leg(wire, carried.has_tls, self._arrive(pod, there, Envelope()))


def once_each(wires: Sequence[Wire]) -> Iterator[Wire]:
    """Walk the endpoints, the replicas of one workload once."""
    seen: set[tuple[Workload, int]] = set()
    for wire in wires:
        workload = wire.endpoint.workload
        if workload is None:
            yield wire
        elif (workload, wire.endpoint.port) not in seen:
            seen.add((workload, wire.endpoint.port))
            yield wire


def _accepted_claims(head: Hop) -> Mapping[str, Any] | None:
    verdict = head.verdict
    for step in verdict.steps if verdict is not None else ():
        if step.token is not None:
            return step.token.claims
    return None


def wire_name(leg: Leg) -> str:
    """Name what is on the wire; bytes that the application encrypted itself, as such."""
    if leg.wire.by_hbone:
        return HBONE
    if leg.wire.tls is ClientTls.PLAINTEXT and leg.has_application_tls:
        return OWN_TLS
    return leg.wire.tls.value
