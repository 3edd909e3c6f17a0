"""The cluster of a proxy for a host, port and subset, with its TLS and endpoints.

Mirrors buildOutboundClusters, convertResolution and buildCluster (pilot/pkg/networking/core/
cluster.go and cluster_builder.go), Istio 1.31. A route to a cluster that the proxy doesn't have
ends in 503 (NC).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from meshctl.istio.protocols import Protocol
from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.registry.services import HostPort
from meshctl.mesh.request_path.chains import ClusterTarget
from meshctl.mesh.request_path.proxy_services import ProxyService
from meshctl.mesh.request_path.service_endpoints import ServiceEndpoint, ServiceEndpoints
from meshctl.mesh.security.client_tls import ISTIO_MUTUAL
from meshctl.mesh.security.mtls import Mtls
from meshctl.mesh.security.tls_connection import Client, ClientKind, ClientTls, Upstream
from meshctl.mesh.traffic.destination_rules import DestinationRules, EffectiveDestinationRule
from meshctl.resources import ServiceEntry
from meshctl.resources.cached_property import cached_property

EDS = "EDS"
DNS = "STRICT_DNS"
ORIGINAL = "ORIGINAL_DST"
FORWARD = "DYNAMIC_FORWARD_PROXY"
"""The proxy looks up the host of each request, for wildcards of resolution DYNAMIC_DNS."""
_FORWARDED = frozenset({Protocol.HTTP, Protocol.TLS, Protocol.GRPC, Protocol.HTTP2})
_OWN_TLS = frozenset({ClientTls.SIMPLE, ClientTls.MUTUAL})
_RESOLVED = frozenset({"DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"})


class Wire(NamedTuple):
    """One endpoint of a cluster, and what the proxy sends to it.

    ``by_hbone``: through a tunnel of HBONE, inside of which ``tls`` is spoken.
    """

    endpoint: ServiceEndpoint
    tls: ClientTls
    sni: str = ""
    by_hbone: bool = False


@dataclass(frozen=True, eq=False)
class ClientCluster:
    """A cluster of a proxy. ``upstream`` tells its TLS, and by which object.

    ``places`` are its endpoints, which many clusters may share; ``wire`` tells what each is sent.
    """

    service: ProxyService
    port: HostPort
    subset: str
    kind: str
    rule: EffectiveDestinationRule | None
    upstream: Upstream
    places: Sequence[ServiceEndpoint]
    wire: Callable[[Upstream, ServiceEndpoint], Wire]

    @cached_property
    def endpoints(self) -> tuple[Wire, ...]:
        """Its endpoints with what the proxy sends to each."""
        return tuple(self.wire(self.upstream, place) for place in self.places)


class ClientClusters:
    """The clusters of one proxy, found when a route names them."""

    def __init__(
        self, client: Client, find: Callable[[str], ProxyService | None],
        endpoints: ServiceEndpoints, rules: DestinationRules, mtls: Mtls,
    ) -> None:  # fmt: skip
        self._client = client
        self._find = find
        self._endpoints = endpoints
        self._rules = rules
        self._mtls = mtls
        self._known: dict[tuple[str, int, str], ClientCluster | None] = {}

    def find(self, target: ClusterTarget) -> ClientCluster | None:
        """Find the cluster of a target, ``None`` where the proxy has none."""
        key = target.host, target.port, target.subset
        if key not in self._known:
            self._known[key] = self.make(*key)
        return self._known[key]

    def make(self, host: str, number: int, name: str = "") -> ClientCluster | None:
        """Make the cluster of a host, port and subset, for one who asks for each of them once."""
        service = self._find(host)
        if service is None or service.is_alias:
            return None
        port = service.port(number)
        if port is None or port.protocol is Protocol.UDP:
            return None
        client = self._client
        rule = self._rules.effective(service.declared, client.namespace, client.labels)
        subset = rule.subsets.get(name) if rule is not None and name else None
        if name and subset is None:
            return None
        upstream = self._mtls.upstream(client, service.declared, port, subset, rule)
        if _is_dynamic(service):
            if port.protocol not in _FORWARDED or subset is not None:
                return None
            asked = ServiceEndpoint(host, number, {}, None)
            return ClientCluster(service, port, "", FORWARD, rule, upstream, (asked,), self._wire)
        kind = _kind(service, upstream, self._mtls)
        labels = subset.labels if subset is not None else {}
        endpoints = self._endpoints.chosen(service, port, labels)
        if kind == DNS and not endpoints:
            return None
        return ClientCluster(service, port, name, kind, rule, upstream, endpoints, self._wire)

    def _wire(self, upstream: Upstream, endpoint: ServiceEndpoint) -> Wire:
        tls = upstream.tls
        server = endpoint.workload
        if server is not None and self._mtls.sends_hbone(upstream, server, endpoint.port):
            inner = tls if tls in _OWN_TLS else ClientTls.PLAINTEXT
            return Wire(endpoint, inner, upstream.sni or "", by_hbone=True)
        if tls is ClientTls.AUTO:
            tls = self._auto(upstream, endpoint)
        return Wire(endpoint, tls, upstream.sni or "")

    def wire_to(self, cluster: ClientCluster, address: str, port: int) -> Wire:
        """Tell what a cluster without endpoints of its own sends to the address that was called."""
        pod = self._endpoints.at(address)
        labels = pod.pod_labels if pod is not None else {}
        return self._wire(cluster.upstream, ServiceEndpoint(address, port, labels, pod))

    def _auto(self, upstream: Upstream, endpoint: ServiceEndpoint) -> ClientTls:
        mode = upstream.setting.endpoint_mode
        if mode:
            return ClientTls.ISTIO_MUTUAL if mode == ISTIO_MUTUAL else ClientTls.PLAINTEXT
        if endpoint.takes_mtls is not None:
            return ClientTls.ISTIO_MUTUAL if endpoint.takes_mtls else ClientTls.PLAINTEXT
        if endpoint.workload is None:
            return ClientTls.PLAINTEXT
        takes = self._mtls.takes_mtls(upstream, endpoint.workload, endpoint.port)
        # A pod that may have a sidecar counts as one that has, and the hop there says so.
        return ClientTls.PLAINTEXT if takes is False else ClientTls.ISTIO_MUTUAL


def _is_dynamic(service: ProxyService) -> bool:
    """Does the proxy look up hosts itself, as only those below a wildcard are known?"""
    source = service.declared.source
    is_entry = isinstance(source, ServiceEntry) and source.resolution == "DYNAMIC_DNS"
    return is_entry and is_wildcard(service.declared.host)


def _kind(service: ProxyService, upstream: Upstream, mtls: Mtls) -> str:
    source = service.declared.source
    if isinstance(source, ServiceEntry) and source.resolution in _RESOLVED:
        return DNS
    if upstream.client.proxy is not ClientKind.GATEWAY and mtls.keeps_address(upstream):
        return ORIGINAL
    return EDS
