"""What the istiod of one cluster sees of a mesh of several.

It takes its configuration from its own cluster alone, and Services with their endpoints from all
(pilot/pkg/serviceregistry/aggregate/controller.go, kube/controller/multicluster.go, Istio 1.31). A
Service that several clusters have is that of its own, with the endpoints of all.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.istio.labels import NETWORK
from meshctl.mesh.core.knowledge import POD_MAKERS, RemoteCluster
from meshctl.mesh.core.mesh_config import find_mesh_config
from meshctl.resources import (
    Namespace,
    Resource,
    Secret,
    Service,
    ServiceAccount,
    Workload,
    WorkloadEntry,
    WorkloadGroup,
)

REGISTERED_KINDS = ("Service", "ServiceAccount", "WorkloadEntry", *POD_MAKERS)
"""The kinds that the istiods of other clusters take from a cluster."""

_TAKEN = (Service, ServiceAccount, WorkloadEntry, WorkloadGroup, Namespace)
_REMOTE_SECRET = "istio/multiCluster"  # noqa: S105 - a label
_CLUSTER_OF_SECRET = "networking.istio.io/cluster"  # noqa: S105 - an annotation


class ClusterObjects(NamedTuple):
    """A cluster of the mesh, with what is applied in it."""

    name: str
    resources: Sequence[Resource]


def taken_from(others: Iterable[ClusterObjects], own: Sequence[Resource]) -> Iterator[Resource]:
    """Walk what the istiod of a cluster with its ``own`` objects takes from the others."""
    known = {_identity(resource) for resource in own}
    for cluster in others:
        for resource in cluster.resources:
            if isinstance(resource, Workload):
                if resource.cluster:
                    yield resource
            elif isinstance(resource, _TAKEN) and _identity(resource) not in known:
                known.add(_identity(resource))
                yield resource


def remote_cluster(cluster: ClusterObjects) -> RemoteCluster:
    """Say what other clusters know of one: its network, and whether a gateway leads into that.

    The network is the label of the root namespace, and such a gateway is a Service with that label
    (pilot/pkg/serviceregistry/kube/controller/network.go, Istio 1.31).
    """
    root = find_mesh_config(cluster.resources).root_namespace
    labels = (resource.labels for resource in cluster.resources if _is_namespace(resource, root))
    network = next((found[NETWORK] for found in labels if NETWORK in found), "")
    has_gateway = bool(network) and any(
        resource.labels.get(NETWORK) == network
        for resource in cluster.resources
        if isinstance(resource, Service)
    )
    return RemoteCluster(cluster.name, network, has_gateway)


def unreadable_clusters(resources: Iterable[Resource], known: Iterable[str]) -> tuple[str, ...]:
    """Name the clusters that remote secrets give access to, and that the input doesn't hold.

    The names are the keys of a secret labelled ``istio/multiCluster: "true"`` (pkg/kube/multicluster,
    Istio 1.31); a secret that hides its keys may say one in its annotation.
    """
    found: dict[str, None] = {}
    for resource in resources:
        if isinstance(resource, Secret) and resource.labels.get(_REMOTE_SECRET) == "true":
            keys = [
                str(key) for name in ("data", "stringData") for key in resource.child(name).data
            ]
            written = resource.annotations.get(
                _CLUSTER_OF_SECRET, f"of the secret {resource.key_name}"
            )
            found.update(dict.fromkeys(keys or [written]))
    return tuple(name for name in found if name not in set(known))


def _is_namespace(resource: Resource, name: str) -> bool:
    return isinstance(resource, Namespace) and resource.name == name


def _identity(resource: Resource) -> tuple[str, str, str, str]:
    return resource.group, resource.kind, resource.namespace, resource.name
