"""The outbound clusters that a proxy is sent, and their endpoints.

Mirrors buildOutboundClusters and buildSubsetCluster (pilot/pkg/networking/core/cluster.go,
cluster_builder.go, Istio 1.31): one for each visible port, and one more for each subset of the
DestinationRule in force. A gateway has all that it sees, whatever its routes are.
"""

from collections.abc import Callable, Iterable, Iterator

from meshctl.istio.protocols import Protocol
from meshctl.mesh.request_path.client_clusters import DNS, EDS, ClientCluster, ClientClusters
from meshctl.mesh.request_path.proxy_services import ProxyService
from meshctl.resources import ServiceEntry


def sent_clusters(
    hosts: Iterable[str], find: Callable[[str], ProxyService | None], clusters: ClientClusters
) -> Iterator[ClientCluster]:
    """Walk the outbound clusters of a proxy for the hosts that it sees."""
    for host in hosts:
        service = find(host)
        if service is None or service.is_alias:
            continue
        for port in service.ports:
            if port.protocol is Protocol.UDP:
                continue
            whole = clusters.make(host, port.number)
            if whole is None:
                continue
            yield whole
            for name in whole.rule.subsets if whole.rule is not None else ():
                subset = clusters.make(host, port.number, name)
                if subset is not None:
                    yield subset


def is_eds(cluster: ClientCluster) -> bool:
    """Does the proxy ask for the endpoints of a cluster apart from it?"""
    return cluster.kind == EDS


def endpoints_of(cluster: ClientCluster) -> int:
    """Count the endpoints of a cluster; a ServiceEntry that resolves nothing has none."""
    source = cluster.service.declared.source
    if isinstance(source, ServiceEntry) and source.resolution == "NONE":
        return 0
    return len(cluster.places)


def is_inline(cluster: ClientCluster) -> bool:
    """Do the endpoints stand in the cluster itself?"""
    return cluster.kind == DNS
