"""Takes injected labels and annotations out of a pod.

The templates of Istio 1.20 to 1.31 give them the values below; a label or annotation with another
value is the user's own. One that the workload's selector asks for always is.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.inject.errors import Path
from meshctl.inject.pod.containers import Object, annotations_of
from meshctl.inject.pod.overrides import OVERRIDES
from meshctl.istio.annotation_names import (
    EXCLUDE_INBOUND_PORTS,
    EXCLUDE_OUTBOUND_PORTS,
    INCLUDE_INBOUND_PORTS,
    INCLUDE_OUTBOUND_RANGES,
    INTERCEPTION_MODE,
    REWRITE_PROBES,
    SIDECAR_STATUS,
    TEMPLATES,
)
from meshctl.istio.labels import (
    APP_NAME,
    APP_VERSION,
    CANONICAL_PREFIX,
    NETWORK,
    REVISION,
    TLS_MODE,
    TUNNEL,
)
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.plain_objects import read_json

_NETWORKS = "k8s.v1.cni.cncf.io/networks"
_CNI_NETWORK = "istio-cni"
_CNI_DEFAULTS = {
    INTERCEPTION_MODE: {"REDIRECT"},
    INCLUDE_OUTBOUND_RANGES: {"*"},
    INCLUDE_INBOUND_PORTS: {"*"},
    EXCLUDE_INBOUND_PORTS: {"15020", "15021"},
    "traffic.sidecar.istio.io/includeOutboundPorts": {""},
    EXCLUDE_OUTBOUND_PORTS: {""},
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
    first = next((c["name"] for c in pod["spec"]["containers"] if c["name"] != PROXY_CONTAINER), "")
    for name in ("default-logs-container", "default-container"):
        if annotations.get(f"kubectl.kubernetes.io/{name}") == first:
            del annotations[f"kubectl.kubernetes.io/{name}"]
    if annotations.get(REVISION) == _revision(annotations):
        del annotations[REVISION]
    for name in (SIDECAR_STATUS, OVERRIDES):
        annotations.pop(name, None)
    if _is_of_grpc(annotations) and annotations.get(REWRITE_PROBES) == "false":
        del annotations[REWRITE_PROBES]
    if added.is_cni:
        _remove_cni(annotations)
    if NETWORK in labels and added.tells_network and not added.network:
        message = f"label {NETWORK} may be the mesh's or yours; it stays, unless --values tell"
        yield message, ("metadata", "labels", NETWORK)


def _is_of_grpc(annotations: Mapping[str, str]) -> bool:
    """The templates for gRPC turn the rewriting of probes off."""
    return annotations.get(TEMPLATES, "").startswith("grpc-")


def _labels(labels: Mapping[str, str], workload: Object, network: str) -> dict[str, set[str]]:
    """The values that a template gives to labels of a pod that has none of them."""
    name = labels.get(APP_NAME) or labels.get("app")
    name = (name or workload["metadata"].get("name", ""))[:_MAX_LABEL]
    version = labels.get(APP_VERSION) or labels.get("version") or "latest"
    return {
        TLS_MODE: {"istio"},
        TUNNEL: {"http"},
        NETWORK: {network},
        f"{CANONICAL_PREFIX}name": {name, name.strip("-_.")},
        f"{CANONICAL_PREFIX}revision": {version},
    }


def _revision(annotations: Mapping[str, str]) -> Any:
    return read_json(annotations[SIDECAR_STATUS]).get("revision", "default")


def _remove_cni(annotations: dict[str, str]) -> None:
    for name, values in _CNI_DEFAULTS.items():
        if annotations.get(name) in values:
            del annotations[name]
    ports = EXCLUDE_INBOUND_PORTS
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
