"""Follows a call through the client's sidecar: listener, chain, virtual host, route."""

from dataclasses import replace

from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.request_path.chains import Chains, ClusterTarget, ListenerChain
from meshctl.mesh.request_path.client_clusters import Wire
from meshctl.mesh.request_path.hops import Carried, Direction, Envelope, Hop, Leg, Outcome, Sending
from meshctl.mesh.request_path.outbound_hosts import AnsweringHost
from meshctl.mesh.request_path.outbound_listeners import OutboundListener
from meshctl.mesh.request_path.proxy_view import DYNAMIC_DNS, SidecarView
from meshctl.mesh.request_path.proxy_views import ProxyViews
from meshctl.mesh.request_path.sending import Sender
from meshctl.mesh.request_path.server_side import PLAINTEXT, first_bytes
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoint
from meshctl.mesh.security.tls_connection import ClientTls
from meshctl.mesh.sidecar_scope.scope import REGISTRY_ONLY
from meshctl.resources import Destination, Workload

VIRTUAL_OUTBOUND = "virtualOutbound"
BLACKHOLE = "BlackHoleCluster"
DYNAMIC = "AllowAnyDynamicDNSCluster"
_PLAIN = Envelope()


class _Choice:
    """Chooses among the chains of one listener."""

    def __init__(self, listener: OutboundListener) -> None:
        self.default = listener.default
        self._inspects_http = listener.inspects_http
        self._chains = Chains(chain for chain in listener.chains if chain is not self.default)

    def chain_of(self, carried: Carried) -> ListenerChain | None:
        """Give the chain that takes a call; ``None`` where that goes past istiod's knowledge."""
        found = self._chains.choose(first_bytes(carried, _PLAIN, inspects=self._inspects_http))
        return found[0] if found else self.default


class ClientSide:
    """Follows calls through the sidecars of clients."""

    def __init__(self, views: ProxyViews, sender: Sender) -> None:
        self._views = views
        self._sender = sender
        self._choices = IdentityCache(_Choice)  # many calls meet the same listener

    def call(self, workload: Workload, carried: Carried) -> Hop:
        """Follow a call from an application into its sidecar."""
        view = self._views.view_of(workload)
        listener = view.listeners.find(carried.address, carried.port)
        if listener is None:
            return self._past_listeners(workload, view, carried)
        tls = "not terminated" if carried.has_tls else PLAINTEXT
        head = Hop(workload, Direction.OUTBOUND, Outcome.FORWARD, listener.name, tls=tls)
        choice = self._choices.of(listener)
        chain = choice.chain_of(carried)
        if chain is None:
            head = replace(head, chain="PassthroughFilterChain", protocol="tcp")
            return self._unlisted(head, view, carried)
        if chain.is_http:
            return self._http(replace(head, protocol="http"), view, chain, carried)
        head = replace(head, protocol="tcp", tcp_service=chain.virtual_service)
        if chain is choice.default and len(listener.chains) > 1:
            head = replace(head, chain="(default)")
        return self._sender.send(head, carried, chain.targets)

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
            return self._sender.send(head, carried, [self._egress_target(view, proxy.data)])
        sending = self._sender.passthrough(carried)
        return replace(head, outcome=Outcome.PASSTHROUGH, sendings=(sending,))

    def _egress_target(self, view: SidecarView, data: object) -> ClusterTarget:
        sidecar = view.scope.sidecar
        assert sidecar is not None  # noqa: S101 - it names the destination
        path = ("spec", "outboundTrafficPolicy", "egressProxy")
        destination = Destination(sidecar, path, data)
        return ClusterTarget(destination.host, destination.port or 0, destination.subset)

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
        outbound_host = found.host
        head = replace(head, virtual_host=outbound_host.name, domain=found.domain)
        if outbound_host.virtual_service is not None:
            routes = hosts.routes_of(outbound_host.virtual_service)
            return self._sender.follow(head, routes, carried, is_tls=False)
        assert outbound_host.service is not None  # noqa: S101 - one of them is there
        head = replace(head, route_name="default", route_index=0)
        return self._sender.send(
            head, carried, [ClusterTarget(outbound_host.service.host, int(port))]
        )

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
            return self._sender.send(head, carried, [self._egress_target(view, proxy.data)])
        sending = self._sender.passthrough(carried)
        return replace(head, outcome=Outcome.PASSTHROUGH, sendings=(sending,))
