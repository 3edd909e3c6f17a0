"""Reads what a cluster runs on: the version of Kubernetes, the CRDs of Istio and the Gateway API."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.cluster.api import Cluster, ClusterError
from meshctl.cluster.kinds import kind_of
from meshctl.sources.live_object import ObjectDocument

_CRD = kind_of("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
_GROUPS = (".istio.io", ".gateway.networking.k8s.io", ".gateway.networking.x-k8s.io",
           ".inference.networking.k8s.io", ".inference.networking.x-k8s.io")  # fmt: skip


class Platform(NamedTuple):
    """The version of the API server, empty where it doesn't say, and CRDs by their metadata.

    ``unread`` says why something is missing, empty where nothing is.
    """

    kubernetes: str
    crds: tuple[ObjectDocument, ...]
    unread: str = ""


def read_platform(cluster: Cluster) -> Platform:
    """Ask for both; what a user may not see is left out, and named."""
    kubernetes, crds, reason = "", [], ""
    try:
        answer = cluster.request("GET", "/version")
        if isinstance(answer, Mapping):
            kubernetes = str(answer.get("gitVersion", ""))
    except ClusterError as error:
        reason = f"the version of Kubernetes: {error}"
    try:
        for one in cluster.list(_CRD, metadata_only=True):
            name = str(_metadata(one).get("name", ""))
            if name.endswith(_GROUPS):
                crds.append(_document(cluster.name, name, one))
    except ClusterError as error:
        reason = reason or f"CustomResourceDefinition: {error}"
    return Platform(kubernetes, tuple(crds), reason)


def _metadata(one: Mapping[str, Any]) -> Mapping[str, Any]:
    found = one.get("metadata")
    return found if isinstance(found, Mapping) else {}


def _document(context: str, name: str, one: Mapping[str, Any]) -> ObjectDocument:
    meta = {k: v for k, v in _metadata(one).items() if k in {"name", "labels", "annotations"}}
    data = {"apiVersion": _CRD.api_version, "kind": _CRD.kind, "metadata": meta}
    return ObjectDocument(f"cluster:{context}/{_CRD.plural}.{_CRD.group}/{name}", data)
