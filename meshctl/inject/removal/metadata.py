"""Takes injected labels and annotations out of a pod.

The templates of Istio 1.20 to 1.31 give them the values below; a label or annotation with another
value is the user's own. One that the workload's selector asks for always is.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.inject.errors import Path
from meshctl.inject.pod.containers import PROXY, STATUS, Object, annotations_of
from meshctl.inject.pod.overrides import OVERRIDES
from meshctl.inject.pod.probes import REWRITE

_CANONICAL = "service.istio.io/canonical-"
_NETWORK = "topology.istio.io/network"
_NETWORKS = "k8s.v1.cni.cncf.io/networks"
_CNI_NETWORK = "istio-cni"
_CNI_DEFAULTS = {
    "sidecar.istio.io/interceptionMode": {"REDIRECT"},
    "traffic.sidecar.istio.io/includeOutboundIPRanges": {"*"},
    "traffic.sidecar.istio.io/includeInboundPorts": {"*"},
    "traffic.sidecar.istio.io/excludeInboundPorts": {"15020", "15021"},
    "traffic.sidecar.istio.io/includeOutboundPorts": {""},
    "traffic.sidecar.istio.io/excludeOutboundPorts": {""},
}
"""Annotations that tell the CNI plugin what it can't know, with the values of the chart."""
_MAX_LABEL = 63


class Added(NamedTuple):
    """What is known of the injection to undo."""

    network: str
    """The one that the mesh's values name; empty where they are not known."""
    tells_network: bool
    """Does the sidecar know a network?"""
    is_cni: bool


def remove_metadata(pod: Object, workload: Object, added: Added) -> Iterator[tuple[str, Path]]:
    """Drop the labels and annotations that injection adds; tells of those it can't decide."""
    metadata = pod["metadata"]
    labels = metadata.get("labels") or {}
    selector = (workload.get("spec") or {}).get("selector") or {}
    needed = selector.get("matchLabels", selector) if workload is not pod else {}
    for name, values in _labels(labels, workload, added.network).items():
        if labels.get(name) in values and not (isinstance(needed, dict) and name in needed):
            del labels[name]
    annotations = annotations_of(pod)
    first = next((c["name"] for c in pod["spec"]["containers"] if c["name"] != PROXY), "")
    for name in ("default-logs-container", "default-container"):
        if annotations.get(f"kubectl.kubernetes.io/{name}") == first:
            del annotations[f"kubectl.kubernetes.io/{name}"]
    if annotations.get("istio.io/rev") == _revision(annotations):
        del annotations["istio.io/rev"]
    for name in (STATUS, OVERRIDES):
        annotations.pop(name, None)
    if _is_of_grpc(annotations) and annotations.get(REWRITE) == "false":
        del annotations[REWRITE]
    if added.is_cni:
        _remove_cni(annotations)
    if _NETWORK in labels and added.tells_network and not added.network:
        message = f"label {_NETWORK} may be the mesh's or yours; it stays, unless --values tell"
        yield message, ("metadata", "labels", _NETWORK)


def _is_of_grpc(annotations: Mapping[str, str]) -> bool:
    """The templates for gRPC turn the rewriting of probes off."""
    return annotations.get("inject.istio.io/templates", "").startswith("grpc-")


def _labels(labels: Mapping[str, str], workload: Object, network: str) -> dict[str, set[str]]:
    """The values that a template gives to labels of a pod that has none of them."""
    name = labels.get("app.kubernetes.io/name") or labels.get("app")
    name = (name or workload["metadata"].get("name", ""))[:_MAX_LABEL]
    version = labels.get("app.kubernetes.io/version") or labels.get("version") or "latest"
    return {
        "security.istio.io/tlsMode": {"istio"},
        "networking.istio.io/tunnel": {"http"},
        _NETWORK: {network},
        f"{_CANONICAL}name": {name, name.strip("-_.")},
        f"{_CANONICAL}revision": {version},
    }


def _revision(annotations: Mapping[str, str]) -> Any:
    return json.loads(annotations[STATUS]).get("revision", "default")


def _remove_cni(annotations: dict[str, str]) -> None:
    for name, values in _CNI_DEFAULTS.items():
        if annotations.get(name) in values:
            del annotations[name]
    ports = "traffic.sidecar.istio.io/excludeInboundPorts"
    if ports in annotations:
        annotations[ports] = annotations[ports].removesuffix(",15020")
    text = annotations.get(_NETWORKS)
    if text is None:
        return
    rest = _without_network(text)
    if rest:
        annotations[_NETWORKS] = rest
    else:
        del annotations[_NETWORKS]


def _without_network(text: str) -> str:
    """Take the last network off a list of names or of JSON objects, if it is the CNI plugin's."""
    head, bracket, tail = text.rpartition("]")
    if bracket:
        kept, comma, last = head.rpartition(", {")
        return f"{kept}{bracket}{tail}" if comma and f'"{_CNI_NETWORK}"' in last else text
    kept, _, last = text.rpartition(",")
    return kept if last.strip().rpartition("/")[2] == _CNI_NETWORK else text
