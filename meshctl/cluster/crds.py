"""Reads the schemas by which a cluster judges Istio's objects from its CRDs."""

from meshctl.cluster.api import Cluster, NotFoundError
from meshctl.cluster.in_threads import in_threads
from meshctl.cluster.kinds import kind_of
from meshctl.istio.api_versions import SERVED_VERSIONS
from meshctl.istio.kind_names import plural_of
from meshctl.validation.convert import convert
from meshctl.validation.schemas import Schema

_THREADS = 8
_CRD = kind_of("apiextensions.k8s.io", "v1", "CustomResourceDefinition")


def read_cluster_schemas(cluster: Cluster) -> list[Schema]:
    """Read the CRDs of Istio's kinds, one by one, since those of all others may be many.

    None where the cluster has none of them. Raises ClusterError where it doesn't show them.
    """
    names = [f"{plural_of(kind)}.{group}" for group, kind in SERVED_VERSIONS]
    answers = in_threads(lambda name: _schemas(cluster, name), names, _THREADS)
    return [schema for schemas in answers for schema in schemas]


def _schemas(cluster: Cluster, name: str) -> list[Schema]:
    try:
        return list(convert(cluster.request("GET", _CRD.path(name=name))))
    except NotFoundError:
        return []
