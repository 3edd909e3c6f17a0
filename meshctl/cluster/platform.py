"""Reads what a cluster runs on: the version of Kubernetes, the CRDs of Istio and the Gateway API."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.cluster.api import Cluster, ClusterError
from meshctl.cluster.kinds import ListedKind, kind_of
from meshctl.cluster.snapshot import read_kinds
from meshctl.sources.documents import Document
from meshctl.sources.live_object import ObjectDocument

_CRD = kind_of("apiextensions.k8s.io", "v1", "CustomResourceDefinition")
_GROUPS = (".istio.io", ".gateway.networking.k8s.io", ".gateway.networking.x-k8s.io",
           ".inference.networking.k8s.io", ".inference.networking.x-k8s.io")  # fmt: skip


_KINDS = (
    ListedKind("install.istio.io", "IstioOperator", ("v1alpha1",)),
    ListedKind("helm.toolkit.fluxcd.io", "HelmRelease", ("v2", "v2beta2", "v2beta1")),
    ListedKind("helm.cattle.io", "HelmChart", ("v1",)),
    ListedKind("argoproj.io", "Application", ("v1alpha1",)),
    ListedKind("sailoperator.io", "Istio", ("v1", "v1alpha1")),
    ListedKind("monitoring.coreos.com", "PrometheusRule", ("v1",)),
    ListedKind("gateway.networking.x-k8s.io", "XListenerSet", ("v1alpha1",)),
    ListedKind("inference.networking.x-k8s.io", "InferencePool", ("v1alpha2",)),
    ListedKind("kyverno.io", "ClusterPolicy", ("v1",)),
)
"""What installs Istio, and what releases concern beside the mesh."""


class Platform(NamedTuple):
    """The version of the API server, or nothing, CRDs by their metadata, and what installs Istio.

    ``unread`` says why something is missing.
    """

    kubernetes: str
    documents: tuple[Document, ...]
    unread: tuple[str, ...] = ()


def read_platform(cluster: Cluster) -> Platform:
    """Ask for all of it; what a user may not see is left out, and named."""
    kubernetes = ""
    unread: list[str] = []
    try:
        answer = cluster.request("GET", "/version")
        if isinstance(answer, Mapping):
            kubernetes = str(answer.get("gitVersion", ""))
    except ClusterError as error:
        unread.append(f"the version of Kubernetes: {error}")
    documents: list[Document] = []
    try:
        for definition in cluster.list(_CRD, metadata_only=True):
            name = str(_metadata(definition).get("name", ""))
            if name.endswith(_GROUPS):
                documents.append(_document(cluster.name, name, definition))
    except ClusterError as error:
        unread.append(f"CustomResourceDefinition: {error}")
    others = read_kinds(cluster, _KINDS)
    unread += (f"{other.kind}: {other.reason}" for other in others.unread)
    return Platform(kubernetes, (*documents, *others.documents), tuple(unread))


def _metadata(definition: Mapping[str, Any]) -> Mapping[str, Any]:
    found = definition.get("metadata")
    return found if isinstance(found, Mapping) else {}


def _document(context: str, name: str, definition: Mapping[str, Any]) -> ObjectDocument:
    meta = {
        k: v for k, v in _metadata(definition).items() if k in {"name", "labels", "annotations"}
    }
    data = {"apiVersion": _CRD.api_version, "kind": _CRD.kind, "metadata": meta}
    return ObjectDocument(f"cluster:{context}/{_CRD.plural}.{_CRD.group}/{name}", data)
