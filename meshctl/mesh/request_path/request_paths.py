"""Where does a request go, hop by hop, from the client to the application that answers it?

The one answer behind ``trace``, ``test`` and ``diff``: client scope, listener, virtual host, route,
cluster, endpoint, TLS, the server's listener, tokens and authorization, and so on through
gateways, as Envoy does with what istiod 1.31 writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from meshctl.mesh.gateways.gateway_workloads import is_router
from meshctl.mesh.request_path.chains import ClusterTarget, ListenerChain, choose_chain
from meshctl.mesh.request_path.client_clusters import ORIGINAL, ClientCluster, ClientClusters, Wire
from meshctl.mesh.request_path.egress_scope import EgressScope, is_generated
from meshctl.mesh.request_path.gateway_side import GatewaySide
from meshctl.mesh.request_path.hops import (
    Carried,
    Direction,
    Envelope,
    Hop,
    Leg,
    Outcome,
    Sending,
)
from meshctl.mesh.request_path.inbound_chains import InboundPorts
from meshctl.mesh.request_path.outbound_hosts import AnsweringHost
from meshctl.mesh.request_path.outbound_listeners import OutboundListener
from meshctl.mesh.request_path.proxy_services import ProxyServices
from meshctl.mesh.request_path.proxy_view import (
    DYNAMIC_DNS,
    REGISTRY_ONLY,
    GatewayView,
    SidecarView,
)
from meshctl.mesh.request_path.request_headers import sent_on
from meshctl.mesh.request_path.route_choice import (
    choose_route,
    new_authority,
    redirected,
    rewritten,
    settings_of,
)
from meshctl.mesh.request_path.server_side import (
    MUTUAL,
    OWN_TLS,
    PLAINTEXT,
    ServerSide,
    first_bytes,
)
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoint, ServiceEndpoints
from meshctl.mesh.security.tls_connection import ClientTls
from meshctl.mesh.traffic.routes import EffectiveRoute
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import Destination, Sidecar, Workload, WorkloadEntry
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

_MOST_HOPS = 6
_LISTED = ("timeout", "retries", "fault", "mirror", "mirrors", "corsPolicy", "headers")
_PLAIN = Envelope()
VIRTUAL_OUTBOUND = "virtualOutbound"
PASSTHROUGH = "PassthroughCluster"
BLACKHOLE = "BlackHoleCluster"
DYNAMIC = "AllowAnyDynamicDNSCluster"
UNKNOWN_SERVICE = "UnknownService"


class RequestPaths:
    """The ways of requests through one mesh."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self._scopes: dict[tuple[str, Sidecar | None], EgressScope] = {}
        self._views: dict[tuple[object, ...], SidecarView] = {}
        self._gateway_views: dict[str, GatewayView] = {}
        self._depth = 0
        self._gateway = GatewaySide(self.server, self._follow, self._send)

    @cached_property
    def services(self) -> ProxyServices:
        """All services, in istiod's order."""
        return ProxyServices(self._mesh.registry)

    @cached_property
    def endpoints(self) -> ServiceEndpoints:
        """What stands behind the services."""
        mesh = self._mesh
        return ServiceEndpoints(
            mesh.resources, mesh.registry, mesh.workloads, mesh.of(WorkloadEntry)
        )

    @cached_property
    def server(self) -> ServerSide:
        """The sidecars of servers."""
        mesh = self._mesh
        ports = InboundPorts(mesh.registry, mesh.workloads)
        return ServerSide(ports, mesh.peer_authentications, mesh.decisions)

    def scope_of(self, workload: Workload) -> EgressScope:
        """What the sidecar of a workload knows."""
        sidecar = self._mesh.sidecar_scopes.sidecar_of(workload)
        key = workload.namespace, sidecar
        if key not in self._scopes:
            self._scopes[key] = EgressScope(
                self.services, self._mesh.routes, workload.namespace, sidecar
            )
        return self._scopes[key]

    def view_of(self, workload: Workload) -> SidecarView:
        """The configuration of the sidecar of a workload."""
        scope = self.scope_of(workload)
        key = scope, workload
        if key not in self._views:
            self._views[key] = SidecarView(self._mesh, self.endpoints, scope, workload)
        return self._views[key]

    def gateway_view_of(self, workload: Workload) -> GatewayView:
        """The clusters of a gateway."""
        name = workload.key_name
        if name not in self._gateway_views:
            self._gateway_views[name] = GatewayView(
                self._mesh, self.services, self.endpoints, workload
            )
        return self._gateway_views[name]

    def from_workload(self, workload: Workload, carried: Carried) -> Hop:
        """Follow what an application sends, through its sidecar if it has one."""
        carried = carried._replace(source=self.endpoints.address_of(workload))
        if self.is_past_sidecar(workload, carried.port):
            head = Hop(workload, Direction.NONE, Outcome.PASSTHROUGH)
            return replace(head, sendings=(self._passthrough(carried),))
        return self._outbound(workload, carried)

    def is_past_sidecar(self, workload: Workload, port: int) -> bool:
        """Does a call to a port leave the pod without an Envoy?"""
        client = self._mesh.mtls.client(workload)
        beside = self._mesh.workloads.membership(workload) is Membership.SIDECAR
        return not beside or is_gateway(workload) or port in client.past_sidecar

    def arrive(self, workload: Workload, carried: Carried, envelope: Envelope = _PLAIN) -> Hop:
        """Follow a connection that arrives at a pod: a gateway, a sidecar, or none."""
        if self._depth >= _MOST_HOPS:
            return Hop(workload, Direction.GATEWAY, Outcome.LOOP)
        self._depth += 1
        try:
            return self._arrive(workload, carried, envelope)
        finally:
            self._depth -= 1

    def _arrive(self, workload: Workload, carried: Carried, envelope: Envelope) -> Hop:
        if is_gateway(workload) or is_router(workload):
            gateway = self._mesh.gateways.for_workload(workload.key_name)
            return self._gateway.arrive(workload, gateway, carried, envelope)
        membership = self._mesh.workloads.membership(workload)
        if (
            membership is Membership.SIDECAR
            and self._mesh.mtls.server(workload, carried.port).bypass is None
        ):
            sidecar = self._mesh.sidecar_scopes.sidecar_of(workload)
            return self.server.arrive(workload, carried, envelope, sidecar)
        if membership is Membership.NONE or membership is Membership.SIDECAR:
            is_wrong = envelope.tls == MUTUAL
            outcome = Outcome.APP_GETS_MTLS if is_wrong else Outcome.DELIVERED
            return Hop(workload, Direction.NONE, outcome)
        direction = Direction.AMBIENT if membership is Membership.AMBIENT else Direction.NONE
        return Hop(workload, direction, Outcome.UNKNOWN, reason=_UNKNOWN[membership])

    def _outbound(self, workload: Workload, carried: Carried) -> Hop:
        view = self.view_of(workload)
        listener = view.listeners.find(carried.address, carried.port)
        if listener is None:
            return self._past_listeners(workload, view, carried)
        tls = "not terminated" if carried.has_tls else PLAINTEXT
        head = Hop(workload, Direction.OUTBOUND, Outcome.FORWARD, listener.name, tls=tls)
        chain = self._chain_of(listener, carried)
        if chain is None:
            head = replace(head, chain="PassthroughFilterChain", protocol="tcp")
            return self._unlisted(head, view, carried)
        if chain.is_http:
            return self._http(replace(head, protocol="http"), view, chain, carried)
        head = replace(head, protocol="tcp", tcp_service=chain.virtual_service)
        if chain is listener.default and len(listener.chains) > 1:
            head = replace(head, chain="(default)")
        return self._send(head, carried, chain.targets)

    def _chain_of(self, listener: OutboundListener, carried: Carried) -> ListenerChain | None:
        first = first_bytes(carried, _PLAIN, inspects=listener.inspects_http)
        narrow = [one for one in listener.chains if one is not listener.default]
        found = choose_chain(narrow, first)
        return found[0] if found else listener.default

    def _past_listeners(self, workload: Workload, view: SidecarView, carried: Carried) -> Hop:
        tls = "not terminated" if carried.has_tls else PLAINTEXT
        head = Hop(workload, Direction.OUTBOUND, Outcome.PASSTHROUGH, VIRTUAL_OUTBOUND, tls=tls)
        chain = "virtualOutbound-catchall-tcp"
        if view.policy == DYNAMIC_DNS and carried.http is not None and not carried.has_tls:
            head = replace(head, outcome=Outcome.FORWARD, chain=f"{chain}-http", protocol="http")
            return self._catch_all(head, view, carried)
        return self._unlisted(replace(head, chain=chain, protocol="tcp"), view, carried)

    def _unlisted(self, head: Hop, view: SidecarView, carried: Carried) -> Hop:
        """Let through, or not, what no listener or chain is for."""
        if view.policy == REGISTRY_ONLY:
            sending = Sending(None, name=BLACKHOLE)
            return replace(head, outcome=Outcome.BLACKHOLE, sendings=(sending,))
        proxy = view.egress_proxy
        if proxy is not None:
            return self._send(head, carried, [self._egress_target(view, proxy.data)])
        sending = self._passthrough(carried)
        return replace(head, outcome=Outcome.PASSTHROUGH, sendings=(sending,))

    def _egress_target(self, view: SidecarView, data: object) -> ClusterTarget:
        sidecar = view.scope.sidecar
        assert sidecar is not None  # noqa: S101 - it names the destination
        path = ("spec", "outboundTrafficPolicy", "egressProxy")
        one = Destination(sidecar, path, data)
        return ClusterTarget(one.host, one.port or 0, one.subset)

    def _http(self, head: Hop, view: SidecarView, chain: ListenerChain, carried: Carried) -> Hop:
        if carried.http is None or carried.has_tls:
            return replace(head, outcome=Outcome.PROTOCOL_ERROR)
        head = replace(head, route_config=chain.rds)
        name, _, port = chain.rds.rpartition(":")
        hosts = view.hosts_on(int(port))
        if hosts is None:
            return replace(head, outcome=Outcome.NO_VIRTUAL_HOST, code="404")
        if name:
            own = hosts.of_service(name)
            found = AnsweringHost(own, "*") if own is not None else None
            if found is None:
                return replace(head, outcome=Outcome.NO_VIRTUAL_HOST, code="404")
        else:
            found = hosts.find(carried.http.host)
            if found is None:
                return self._catch_all(head, view, carried)
        one = found.host
        head = replace(head, virtual_host=one.name, domain=found.domain)
        if one.virtual_service is not None:
            routes = hosts.routes_of(one.virtual_service)
            return self._follow(head, routes, carried, is_tls=False)
        assert one.service is not None  # noqa: S101 - one of them is there
        head = replace(head, route_name="default", route_index=0)
        return self._send(head, carried, [ClusterTarget(one.service.host, int(port))])

    def _catch_all(self, head: Hop, view: SidecarView, carried: Carried) -> Hop:
        """Answer a Host that no virtual host is for."""
        names = {REGISTRY_ONLY: "block_all", DYNAMIC_DNS: "allow_any_dynamic_dns"}
        name = names.get(view.policy, "allow_any")
        head = replace(head, virtual_host=name, domain="*", route_name=name, route_index=0)
        if view.policy == REGISTRY_ONLY:
            return replace(head, outcome=Outcome.DIRECT_RESPONSE, code="502")
        if view.policy == DYNAMIC_DNS:
            assert carried.http is not None  # noqa: S101 - asked before
            end = ServiceEndpoint(carried.http.host, 0, {})
            leg = Leg(Wire(end, ClientTls.PLAINTEXT))
            return replace(head, sendings=(Sending(None, name=DYNAMIC, legs=(leg,)),))
        proxy = view.egress_proxy
        if proxy is not None:
            return self._send(head, carried, [self._egress_target(view, proxy.data)])
        sending = self._passthrough(carried)
        return replace(head, outcome=Outcome.PASSTHROUGH, sendings=(sending,))

    def _follow(
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
        return self._send(head, carried._replace(http=sent), self._targets(head, route))

    def _targets(self, head: Hop, route: EffectiveRoute) -> Sequence[ClusterTarget]:
        """Name the clusters of a route: sidecars know a service by the port that was called."""
        if head.direction is Direction.GATEWAY or head.workload is None:
            return [
                ClusterTarget(one.host, one.port, one.subset, one.weight, one.destination)
                for one in route.targets
            ]
        hosts = self.view_of(head.workload).hosts_on(route.port)
        found = []
        for one in route.targets:
            destination = one.destination
            host = self._mesh.routes.full_host(destination)
            service = hosts.services.get(host) if hosts is not None else None
            if service is not None and service.external_name:
                host = service.external_name
            port = destination.port or route.port
            found.append(ClusterTarget(host, port, destination.subset, one.weight, destination))
        return found

    def _clusters_of(self, head: Hop) -> ClientClusters:
        assert head.workload is not None  # noqa: S101 - a proxy sends
        if head.direction is Direction.GATEWAY:
            return self.gateway_view_of(head.workload).clusters
        return self.view_of(head.workload).clusters

    def _send(self, head: Hop, carried: Carried, targets: Sequence[ClusterTarget]) -> Hop:
        clusters = self._clusters_of(head)
        as_http = head.protocol == "http"
        gateway_api = head.virtual_service is not None and is_generated(head.virtual_service)
        missing = 500 if gateway_api and as_http else 503
        sendings = tuple(self._sending(head, carried, one, clusters, missing) for one in targets)
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
        wires = cluster.endpoints
        if cluster.kind == ORIGINAL:
            wires = tuple(self._dialled(cluster, clusters, carried))
        legs = tuple(self._leg(head, carried, one) for one in _once_each(wires))
        return Sending(target, cluster, legs=legs)

    def _dialled(
        self, cluster: ClientCluster, clusters: ClientClusters, carried: Carried
    ) -> Iterator[Wire]:
        """Walk what a cluster sends to that keeps the address; kube-proxy chooses behind one."""
        service = self.services.by_address.get(carried.address)
        port = service.port(carried.port) if service is not None else None
        if service is None or port is None or not service.is_kubernetes:
            yield clusters.wire_to(cluster, carried.address, carried.port)
            return
        for one in self.endpoints.of_kubernetes(service, port):
            yield clusters.wire_to(cluster, one.address, one.port)

    def _leg(self, head: Hop, carried: Carried, wire: Wire) -> Leg:
        workload = wire.endpoint.workload
        if workload is None or head.workload is None:
            return Leg(wire, carried.has_tls)
        envelope = Envelope(wire.tls.value, wire.sni)
        if wire.tls is ClientTls.ISTIO_MUTUAL:
            principal = self.identity_of(head.workload)
            envelope = Envelope(MUTUAL, wire.sni, principal, as_http=head.protocol == "http")
        there = carried._replace(
            address=wire.endpoint.address, port=wire.endpoint.port,
            source=self.endpoints.address_of(head.workload),
        )  # fmt: skip
        return Leg(wire, carried.has_tls, self.arrive(workload, there, envelope))

    def identity_of(self, workload: Workload) -> str:
        """The identity that a workload presents, without ``spiffe://``."""
        domain = self._mesh.config.trust_domain
        return f"{domain}/ns/{workload.namespace}/sa/{workload.service_account}"

    def _passthrough(self, carried: Carried) -> Sending:
        """Send on to the address that was called; kube-proxy chooses behind a Service's."""
        service = self.services.by_address.get(carried.address)
        if service is not None and service.is_kubernetes:
            port = service.port(carried.port)
            found = self.endpoints.of_kubernetes(service, port) if port is not None else []
            wires = [Wire(one, ClientTls.PLAINTEXT) for one in found]
            legs = tuple(self._plain_leg(carried, one) for one in _once_each(wires))
            return Sending(None, name=PASSTHROUGH, by_kube_proxy=True, legs=legs)
        pod = self.endpoints.at(carried.address)
        end = ServiceEndpoint(carried.address, carried.port, {}, pod)
        leg = self._plain_leg(carried, Wire(end, ClientTls.PLAINTEXT))
        return Sending(None, name=PASSTHROUGH, legs=(leg,))

    def _plain_leg(self, carried: Carried, wire: Wire) -> Leg:
        pod = wire.endpoint.workload
        if pod is None:
            return Leg(wire, carried.has_tls)
        there = carried._replace(address=wire.endpoint.address, port=wire.endpoint.port)
        return Leg(wire, carried.has_tls, self.arrive(pod, there))


_UNKNOWN = {
    Membership.AMBIENT: "ztunnel on the node takes the connection",
    Membership.UNKNOWN: "the input doesn't tell whether the pod has a sidecar",
}


def _once_each(wires: Sequence[Wire]) -> Iterator[Wire]:
    """Walk the endpoints, the replicas of one workload once."""
    seen: set[object] = set()
    for one in wires:
        key = one.endpoint.workload or (one.endpoint.address, one.endpoint.port)
        if (key, one.endpoint.port) not in seen:
            seen.add((key, one.endpoint.port))
            yield one


def _accepted_claims(head: Hop) -> Mapping[str, Any] | None:
    verdict = head.verdict
    for step in verdict.steps if verdict is not None else ():
        if step.token is not None:
            return step.token.claims
    return None


def wire_name(leg: Leg) -> str:
    """Name what is on the wire; bytes that the application encrypted itself, as such."""
    if leg.wire.tls is ClientTls.PLAINTEXT and leg.has_application_tls:
        return OWN_TLS
    return leg.wire.tls.value
