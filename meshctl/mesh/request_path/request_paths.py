"""Follows a request, hop by hop, from the client to the application that answers it.

The one answer behind ``trace``, ``test`` and ``diff``: client scope, listener, virtual host, route,
cluster, endpoint, TLS, the server's listener, tokens and authorization, and so on through
gateways, as Envoy does with what istiod 1.31 writes.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
from meshctl.mesh.gateways.gateway_workloads import is_router
from meshctl.mesh.request_path.client_clusters import ClientCluster
from meshctl.mesh.request_path.client_side import ClientSide
from meshctl.mesh.request_path.gateway_side import GatewaySide
from meshctl.mesh.request_path.hops import Carried, Direction, Envelope, Hop, Leg, Outcome
from meshctl.mesh.request_path.inbound_chains import InboundPorts
from meshctl.mesh.request_path.proxy_views import ProxyViews
from meshctl.mesh.request_path.sending import Sender
from meshctl.mesh.request_path.server_side import MUTUAL, ServerSide
from meshctl.mesh.security.hbone import is_waypoint
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import KubernetesGateway, Workload

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh
    from meshctl.mesh.request_path.ambient.ztunnel_side import ZtunnelSide

_MOST_HOPS = 6
_PLAIN = Envelope()


class RequestPaths:
    """The ways of requests through one mesh."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self.views = ProxyViews(mesh)
        ports = InboundPorts(mesh.registry, mesh.workloads)
        self.server = ServerSide(ports, mesh.security.peer_authentications, mesh.decisions)
        self._depth = 0
        self._sender = Sender(self.views, mesh.gateway_api.routes, self.arrive)
        self._client = ClientSide(self.views, self._sender)
        self._ambient_side: ZtunnelSide | None = None
        if mesh.of(KubernetesGateway):
            self._sender.detour = self._by_waypoint
        self._gateway = GatewaySide(self.server, self._sender.follow, self._sender.send)

    @property
    def _ztunnel(self) -> "ZtunnelSide":
        """What ztunnels do, for meshes that have any."""
        if self._ambient_side is None:
            from meshctl.mesh.request_path.ambient.waypoint_side import WaypointSide  # noqa: PLC0415
            from meshctl.mesh.request_path.ambient.ztunnel_side import ZtunnelSide  # noqa: PLC0415

            mesh = self._mesh
            waypoints = WaypointSide(
                mesh.ambient, mesh.decisions, mesh.merged_routes, self.views, self._sender
            )
            self._ambient_side = ZtunnelSide(
                mesh.ambient, mesh.security.mtls, self.views, self._sender, self.arrive, waypoints
            )
        return self._ambient_side

    def _by_waypoint(self, head: Hop, carried: Carried, cluster: ClientCluster) -> Leg | None:
        return self._ztunnel.from_gateway(head, carried, cluster)

    def from_workload(self, workload: Workload, carried: Carried) -> Hop:
        """Follow what an application sends, through its sidecar if it has one."""
        carried = carried._replace(source=self.views.endpoints.address_of(workload))
        if self._mesh.workloads.membership(workload) is Membership.AMBIENT:
            return self._ztunnel.call(workload, carried)
        if self.is_past_sidecar(workload, carried.port):
            head = Hop(workload, Direction.NONE, Outcome.PASSTHROUGH)
            return replace(head, sendings=(self._sender.passthrough(carried),))
        hop = self._client.call(workload, carried)
        assumed = self._mesh.workloads.membership(workload) is Membership.UNKNOWN
        return replace(hop, reason=ASSUMED) if assumed else hop

    def is_past_sidecar(self, workload: Workload, port: int) -> bool:
        """Does a call to a port leave the pod without an Envoy?"""
        client = self._mesh.security.mtls.client(workload)
        beside = self._mesh.workloads.membership(workload) in _BESIDE
        return not beside or is_gateway(workload) or port in client.past_sidecar

    def arrive_at_gateway(
        self, workload: Workload, gateway: EffectiveGateway, carried: Carried
    ) -> Hop:
        """Follow a connection from outside the mesh that arrives at a gateway's pods."""
        return self._gateway.arrive(workload, gateway, carried, _PLAIN)

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
        if is_waypoint(workload):
            return Hop(workload, Direction.GATEWAY, Outcome.UNKNOWN, reason=AT_WAYPOINT)
        if is_gateway(workload) or is_router(workload):
            gateway = self._mesh.merged_gateways.for_workload(workload.key_name)
            return self._gateway.arrive(workload, gateway, carried, envelope)
        membership = self._mesh.workloads.membership(workload)
        if membership is Membership.AMBIENT:
            return self._ztunnel.arrive(workload, carried, envelope)
        past = self._mesh.security.mtls.server(workload, carried.port).bypass
        if membership in _BESIDE and past is None:
            sidecar = self._mesh.sidecar_scope.sidecar_of(workload)
            hop = self.server.arrive(workload, carried, envelope, sidecar)
            assumed = membership is Membership.UNKNOWN
            return replace(hop, reason=ASSUMED) if assumed else hop
        is_wrong = envelope.tls == MUTUAL
        outcome = Outcome.APP_GETS_MTLS if is_wrong else Outcome.DELIVERED
        return Hop(workload, Direction.NONE, outcome)


_BESIDE = frozenset({Membership.SIDECAR, Membership.UNKNOWN})
AT_WAYPOINT = "what a waypoint does is not followed"
ASSUMED = "that it has a sidecar is assumed: the input lacks its Namespace"
