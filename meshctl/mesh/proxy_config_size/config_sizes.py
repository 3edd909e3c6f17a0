"""The configuration of each proxy of the mesh, to be counted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from meshctl.mesh.core.selectors import Selector, SelectorIndex, index_of
from meshctl.mesh.gateways.gateway_workloads import is_router
from meshctl.mesh.proxy_config_size.cluster_sums import ClusterSum, ClusterSums, Sent, sum_of
from meshctl.mesh.proxy_config_size.config_bytes import Guards, InboundSize, guards_of
from meshctl.mesh.proxy_config_size.gateway_config import GatewayConfig
from meshctl.mesh.proxy_config_size.listener_differences import ListenerDifferences
from meshctl.mesh.proxy_config_size.namespaces_apart import NamespacesApart
from meshctl.mesh.proxy_config_size.outbound_config import (
    OutboundListenersConfig,
    OutboundListenersSize,
    OutboundSize,
)
from meshctl.mesh.proxy_config_size.sent_clusters import sent_clusters
from meshctl.mesh.proxy_config_size.sidecar_config import SidecarConfig, inbound_of
from meshctl.mesh.request_path.client_clusters import ClientCluster
from meshctl.mesh.request_path.inbound_chains import InboundPorts
from meshctl.mesh.request_path.proxy_view import GatewayView, SidecarView
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.resources import Sidecar, VirtualService, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.model import Mesh

_FEW = 64
"""By so many VirtualServices sidecars are counted as others with a difference."""

_Alike = tuple[str, Sidecar | None, Sequence[Selector]]


class ConfigSizes:
    """Answers for each workload with an Envoy; what is alike is made once."""

    def __init__(self, mesh: "Mesh") -> None:
        self._mesh = mesh
        self._views = mesh.request_paths.views
        self._apart = NamespacesApart(mesh, self._views.services)
        self._sums = ClusterSums()
        self._bases: dict[frozenset[Selector], ListenerDifferences] = {}
        self._most: dict[frozenset[Selector], _Most] = {}
        self._ports = InboundPorts(mesh.registry, mesh.workloads)
        self._outbound: dict[_Alike, OutboundSize] = {}
        self._counted: dict[tuple[str, int], tuple[object, Guards]] = {}
        self._inbound: dict[object, InboundSize] = {}
        self._gateways: dict[object, GatewayConfig] = {}

    def config_of(self, workload: Workload) -> SidecarConfig | GatewayConfig:
        """Find everything that the proxy of a workload is sent."""
        mesh = self._mesh
        if is_gateway(workload) or is_router(workload):
            return self._gateway(workload)
        sidecar = mesh.sidecar_scope.sidecar_of(workload)
        outbound = self.outbound_of(workload)
        inbound, guards = self._inbound_of(workload, sidecar), self._guards(workload)
        address = self._views.endpoints.address_of(workload)
        return SidecarConfig(outbound, inbound, guards, workload.namespace, address)

    def _inbound_of(self, workload: Workload, sidecar: Sidecar | None) -> InboundSize:
        """Count what a workload's own pod needs; those with the same ports and modes share it."""
        ports, modes = self._ports.of(workload, sidecar), self._mesh.security.peer_authentications
        key = id(ports), modes.alike(workload)
        if key not in self._inbound:
            self._inbound[key] = inbound_of(ports, modes, workload)
        return self._inbound[key]

    def _guards(self, workload: Workload) -> Guards:
        """Count what guards a workload; workloads that the same policies pick share the count."""
        authorization = self._mesh.security.authorization
        own = authorization.of(workload)
        key = workload.namespace, id(own)
        if key not in self._counted:
            self._counted[key] = own, guards_of(authorization.guarding(workload))
        return self._counted[key][1]

    def _gateway(self, workload: Workload) -> GatewayConfig:
        """Find what a gateway is sent; its clusters are those of all gateways that see the same."""
        gateway = self._mesh.gateways.for_workload(workload.key_name)
        served = gateway.like if gateway is not None and gateway.gateways else None
        key = self._home(workload.namespace), self._chosen_by(workload), served
        if key not in self._gateways:
            self._gateways[key] = GatewayConfig(self._clusters_of_gateway(workload), gateway)
        return self._gateways[key]

    def _clusters_of_gateway(self, workload: Workload) -> ClusterSum:
        apart, home, kind = self._apart, self._home(workload.namespace), is_gateway(workload)
        most = self._sent_to_gateway(self._views.passing_gateway_view_of(workload, ""))
        if not home:
            return self._sums.like(((), kind), most, frozenset())
        rules = self._mesh.traffic.destination_rules
        alike, hosts = apart.rules(home, rules.choosing(home, workload.pod_labels))
        if not alike:
            self._sums.like(((), kind), most, frozenset())
        view = self._views.passing_gateway_view_of(workload, home)
        hosts |= apart.services(home)
        return self._sums.like((alike, kind), self._sent_to_gateway(view), hosts)

    def _sent_to_gateway(self, view: GatewayView) -> Sent:
        def sent(hosts: Iterable[str] | None) -> Iterator[ClientCluster]:
            every = self._views.services.by_host if hosts is None else hosts
            return sent_clusters(every, view.service, view.clusters)

        return sent

    def _home(self, namespace: str) -> str:
        """Name the namespace, or nothing where its clients are sent what most others are."""
        return namespace if self._apart.is_apart(namespace) else ""

    def _chosen_by(self, workload: Workload) -> Sequence[Selector]:
        """The selectors of rules and routes that pick the workload as a client."""
        rules = self._mesh.traffic.destination_rules
        labels = workload.pod_labels
        return (*self._sources.find(labels), *rules.choosing(workload.namespace, labels))

    @cached_property
    def _sources(self) -> SelectorIndex[Selector]:
        """The labels by which VirtualServices choose their clients."""
        return index_of(map(dict, self._routed_by_source))

    @cached_property
    def _routed_by_source(self) -> Mapping[Selector, Sequence[VirtualService]]:
        """The VirtualServices of the mesh by labels of clients that they choose, or a delegate does."""
        routes = self._mesh.gateway_api.routes
        found: dict[Selector, dict[VirtualService, None]] = {}
        for service in self._mesh.of(VirtualService):
            asked = {
                frozenset(match.labels_of("sourceLabels").items())
                for route in (*service.http, *service.tls, *service.tcp)
                for match in route.matches
            }
            roots = [one for one in (service, *routes.delegates.roots(service))
                     if MESH in routes.gateways_of(one)] if any(asked) else ()  # fmt: skip
            for selector in asked - {frozenset()}:
                found.setdefault(selector, {}).update(dict.fromkeys(roots))
        return {selector: [*several] for selector, several in found.items()}

    def outbound_of(self, workload: Workload) -> OutboundSize:
        """Count the outbound part, which all pods of a namespace with one Sidecar share.

        Without a Sidecar all namespaces share it that see the same. Selectors tell pods apart where
        they decide about rules or routes. What was counted is let go, for a large mesh has many.
        """
        sidecar = self._mesh.sidecar_scope.sidecar_of(workload)
        limit = None if sidecar is None or _imports_all(sidecar) else sidecar
        home = workload.namespace if limit is not None else self._home(workload.namespace)
        key = home, limit, self._chosen_by(workload)
        if key not in self._outbound:
            if limit is None:
                self._outbound[key] = self._unlimited(workload, home)
            else:
                view = self._views.passing_view_of(workload, limit)
                clusters = sum_of(_sent_to_sidecar(view)(None))
                self._outbound[key] = OutboundSize(clusters, self._listeners_of(view))
        return self._outbound[key]

    def _unlimited(self, workload: Workload, home: str) -> OutboundSize:
        """Count what a sidecar without Sidecar has, in a namespace of its own view or (empty) in most."""
        apart, rules = self._apart, self._mesh.traffic.destination_rules
        most = self._most_like(workload)
        if not home:
            sent = _sent_to_sidecar(most.base.view)
            return OutboundSize(self._sums.like((), sent, frozenset()), most.whole)
        view = self._views.passing_view_of(workload, None)
        alike, hosts = apart.rules(home, rules.choosing(home, workload.pod_labels))
        hosts |= apart.clusters(home)
        clusters = self._sums.like(alike, _sent_to_sidecar(view), hosts)
        if not apart.has_own_listeners(home):
            return OutboundSize(clusters, most.whole)
        own = [*dict.fromkeys((*apart.virtual_services(home), *most.own))]
        found = most.base.size(view, apart.services(home), own) or self._listeners_of(view)
        return OutboundSize(clusters, found)

    def _listeners_of(self, view: SidecarView) -> OutboundListenersSize:
        domain = self._mesh.config.domain
        return OutboundListenersConfig(view, self._views.services, domain).size

    def _most_like(self, workload: Workload) -> "_Most":
        """Find what sidecars of most namespaces have that the same sources of routes choose."""
        chosen = frozenset(self._sources.find(workload.pod_labels))
        if chosen not in self._most:
            self._most[chosen] = self._beside(workload, chosen) or self._base(workload, chosen)
        return self._most[chosen]

    def _beside(self, workload: Workload, chosen: frozenset[Selector]) -> "_Most | None":
        """Count by the routes that choose others than those of what was counted in full, if few do."""
        nearest = min(self._bases, key=lambda other: len(other ^ chosen), default=None)
        if nearest is None:
            return None
        routed = self._routed_by_source
        own = [*dict.fromkeys(one for by in nearest ^ chosen for one in routed[by])]
        if len(own) > _FEW:
            return None
        base, view = self._bases[nearest], self._views.common_view_of(workload)
        whole = base.size(view, (), own)
        return None if whole is None else _Most(base, own, whole)

    def _base(self, workload: Workload, chosen: frozenset[Selector]) -> "_Most":
        """Count in full, for others to be counted beside."""
        view, domain = self._views.common_view_of(workload), self._mesh.config.domain
        self._sums.like((), _sent_to_sidecar(view), frozenset())
        base = self._bases[chosen] = ListenerDifferences(view, self._views.services, domain)
        return _Most(base, (), base.whole)


class _Most(NamedTuple):
    """What sidecars of most namespaces have that some sources of routes choose.

    ``own`` are the VirtualServices that they have otherwise than the ``base``, which is counted in full.
    """

    base: ListenerDifferences
    own: Sequence[VirtualService]
    whole: OutboundListenersSize


def _sent_to_sidecar(view: SidecarView) -> Sent:
    def sent(hosts: Iterable[str] | None) -> Iterator[ClientCluster]:
        every = view.scope.hosts if hosts is None else hosts
        return sent_clusters(every, view.scope.service, view.clusters)

    return sent


def _imports_all(sidecar: Sidecar) -> bool:
    """Does a Sidecar leave its proxies everything, as without it?"""
    written = [*sidecar.egress]
    return not written or (
        len(written) == 1 and written[0].hosts == ("*/*",) and set(written[0].data) == {"hosts"}
    )
