"""Follows connections through ztunnel: from pods in ambient mode, and to them.

Mirrors build_request (src/proxy/outbound.rs) and assert_rbac (src/state.rs) of ztunnel, release
1.31: a waypoint comes first, HBONE goes to what takes it and plaintext to the rest, no
VirtualService, DestinationRule or Sidecar counts, and policies see connections alone.
"""

from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address

from meshctl.mesh.ambient.ambient import Ambient
from meshctl.mesh.ambient.connection_match import ANONYMOUS, Peer, PeerConnection
from meshctl.mesh.ambient.waypoints import Binding, Waypoint
from meshctl.mesh.authorization.decision import Verdict
from meshctl.mesh.registry.services import NO_ADDRESS
from meshctl.mesh.request_path.ambient.waypoint_side import WaypointSide
from meshctl.mesh.request_path.ambient.ztunnel_decisions import ZtunnelDecisions
from meshctl.mesh.request_path.chains import ClusterTarget
from meshctl.mesh.request_path.client_clusters import ClientCluster, Wire
from meshctl.mesh.request_path.hops import Carried, Direction, Envelope, Hop, Leg, Outcome, Sending
from meshctl.mesh.request_path.proxy_services import ProxyService
from meshctl.mesh.request_path.proxy_views import ProxyViews
from meshctl.mesh.request_path.sending import ZTUNNEL, Arrive, Sender, once_each
from meshctl.mesh.request_path.server_side import MUTUAL
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoint
from meshctl.mesh.security.mtls import Mtls
from meshctl.mesh.security.tls_connection import ClientTls
from meshctl.resources import Service, ServiceEntry, Workload

_HBONE_OF_SIDECAR = "whether its sidecar takes HBONE is not in the input"
_HBONE_LISTENER = "its sidecar takes HBONE, whose listener is not followed"


class ZtunnelSide:
    """Answers for the ztunnels of clients and of servers."""

    def __init__(
        self, ambient: Ambient, mtls: Mtls, views: ProxyViews, sender: Sender, arrive: Arrive,
        waypoints: WaypointSide,
    ) -> None:  # fmt: skip
        self._ambient = ambient
        self._waypoints = waypoints
        self._mtls = mtls
        self._views = views
        self._sender = sender
        self._arrive = arrive
        self._decisions = ZtunnelDecisions()

    def call(self, workload: Workload, carried: Carried) -> Hop:
        """Follow what a pod in ambient mode sends."""
        head = Hop(workload, Direction.AMBIENT, Outcome.FORWARD, protocol="tcp")
        service = self._views.services.by_address.get(carried.address)
        if service is None:
            return self._to_address(head, carried)
        source = service.declared.source
        if not self._ambient.knows_waypoint_of(source):
            lack = f"the input lacks the Namespace {source.namespace}, which may name a waypoint"
            return _unknown(head, lack)
        binding = self._binding(source)
        if binding.bound is not None:
            target = ClusterTarget(service.host, carried.port)
            leg = self.to_waypoint(binding.bound, service, carried, workload)
            return _with(head, Sending(target, name=ZTUNNEL, legs=(leg,)))
        reason = self._unserved(binding)
        if reason:
            return _unknown(head, reason)
        port = service.port(carried.port)
        found = self._views.endpoints.of(service, port) if port is not None else []
        target = ClusterTarget(service.host, carried.port)
        return self._sent(head, carried, target, found)

    def _sent(
        self, head: Hop, carried: Carried, target: ClusterTarget | None,
        found: Iterable[ServiceEndpoint],
    ) -> Hop:  # fmt: skip
        wires = once_each([Wire(endpoint, ClientTls.PLAINTEXT) for endpoint in found])
        legs = tuple(self._leg(head, carried, wire.endpoint) for wire in wires)
        return _with(head, Sending(target, name=ZTUNNEL, legs=legs))

    def _to_address(self, head: Hop, carried: Carried) -> Hop:
        """Follow a call to an address of no service: a pod's, or one that nothing knows."""
        pod = self._views.endpoints.at(carried.address)
        if pod is None:
            return _with(head, self._sender.passthrough(carried), Outcome.PASSTHROUGH)
        reason = self._unserved(self._binding_of_pod(pod))
        if reason:
            return _unknown(head, reason)
        end = ServiceEndpoint(carried.address, carried.port, pod.pod_labels, pod)
        return self._sent(head, carried, None, [end])

    def _leg(self, head: Hop, carried: Carried, end: ServiceEndpoint) -> Leg:
        wire = Wire(end, ClientTls.PLAINTEXT)
        client, server = head.workload, end.workload
        if server is None or client is None:
            return Leg(wire, carried.has_tls)
        there = carried._replace(address=end.address, port=end.port)
        takes = self._mtls.takes_hbone(server, end.port)
        if takes is None:
            hop = Hop(server, Direction.INBOUND, Outcome.UNKNOWN, reason=_HBONE_OF_SIDECAR)
            return Leg(wire, carried.has_tls, hop)
        if not takes:
            return Leg(wire, carried.has_tls, self._arrive(server, there, Envelope()))
        envelope = Envelope(principal=self._views.identity_of(client), by_hbone=True)
        hop = self._arrive(server, there, envelope)
        if hop.direction is Direction.INBOUND:
            hop = Hop(server, Direction.INBOUND, Outcome.UNKNOWN, reason=_HBONE_LISTENER)
        return Leg(wire._replace(by_hbone=True), carried.has_tls, hop)

    def to_waypoint(
        self, waypoint: Waypoint, service: ProxyService, carried: Carried, client: Workload
    ) -> Leg:
        """Send what is for a service to its waypoint, by HBONE."""
        pod = self._waypoints.pod_of(waypoint)
        end = ServiceEndpoint(
            self._views.endpoints.address_of(pod), carried.port, pod.pod_labels, pod
        )
        there = carried._replace(source=self._views.endpoints.address_of(client))
        hop = self._waypoints.arrive(waypoint, service, there, self._views.identity_of(client))
        return Leg(Wire(end, ClientTls.PLAINTEXT, by_hbone=True), carried.has_tls, hop)

    def from_gateway(self, head: Hop, carried: Carried, cluster: ClientCluster) -> Leg | None:
        """Send by the waypoint where ``ingress-use-waypoint`` asks gateways to; else ``None``."""
        service = cluster.service
        source = service.declared.source
        if not self._ambient.api.ingress_label(source) or head.workload is None:
            return None
        found = self._binding(source)
        if found.bound is None or service.address == NO_ADDRESS:
            return None
        there = carried._replace(port=cluster.port.number, address=service.address)
        return self.to_waypoint(found.bound, service, there, head.workload)

    def _binding(self, source: Service | ServiceEntry) -> Binding:
        found = self._ambient.waypoints.of_service(source)
        if self._ambient.may_be_ready(found):
            found = self._ambient.waypoints.of_service(source, when_ready=True)
        return found

    def _binding_of_pod(self, pod: Workload) -> Binding:
        found = self._ambient.waypoints.of_pod(pod)
        if self._ambient.may_be_ready(found):
            found = self._ambient.waypoints.of_pod(pod, when_ready=True)
        return found

    def _unserved(self, found: Binding) -> str:
        if found.bound is not None:
            name = found.bound.gateway.key_name
            return f"waypoint {name} takes what is for addresses of pods, which is not followed"
        use = found.use
        if use is None or use.opts_out or found.waypoint is not None:
            return ""
        if self._ambient.lacks_waypoint(use):
            return ""
        return f"the input lacks the waypoint {use.key_name}, which may take it"

    def arrive(self, workload: Workload, carried: Carried, envelope: Envelope) -> Hop:
        """Follow a connection to a pod in ambient mode; what ztunnel lets in gets there as it is."""
        demand = self._ambient.demand(workload, carried.port)
        tls = "mtls" if envelope.by_hbone else envelope.tls
        head = Hop(workload, Direction.AMBIENT, Outcome.DELIVERED, tls=tls, demand=demand)
        peer = _peer(envelope.principal) if envelope.by_hbone else ANONYMOUS
        connection = PeerConnection(
            peer, carried.port, _known(carried.source), _known(carried.address)
        )
        policies = self._ambient.policies.guarding(workload.namespace, workload.pod_labels)
        verdict = self._decisions.decide(policies, connection)
        if verdict is None:
            return _with(head, None, Outcome.TLS_REQUIRED)
        if not verdict.is_allowed:
            return _with(head, None, Outcome.DENIED, verdict)
        is_wrong = envelope.tls == MUTUAL and not envelope.by_hbone
        return _with(head, None, Outcome.APP_GETS_MTLS if is_wrong else head.outcome, verdict)


def _with(
    head: Hop, sending: Sending | None, outcome: Outcome | None = None,
    verdict: Verdict | None = None,
) -> Hop:  # fmt: skip
    return replace(
        head, outcome=outcome or head.outcome, verdict=verdict,
        code=verdict.code if verdict is not None and not verdict.is_allowed else "",
        sendings=(sending,) if sending is not None else (),
    )  # fmt: skip


def _unknown(head: Hop, reason: str) -> Hop:
    return Hop(head.workload, head.direction, Outcome.UNKNOWN, reason=reason)


def _peer(principal: str | None) -> Peer:
    """Read an identity ``domain/ns/namespace/sa/account``."""
    parts = (principal or "").split("/")
    return Peer(parts[0], parts[2], parts[4]) if len(parts) == 5 else ANONYMOUS  # noqa: PLR2004


def _known(address: str) -> str:
    """Give an address, and nothing for a text that stands for one."""
    try:
        return str(ip_address(address))
    except ValueError:
        return ""
