"""Merges MeshConfig and ProxyConfig (pkg/config/mesh/mesh.go, Istio 1.31)."""

from collections.abc import Mapping
from typing import Any

from meshctl.inject.errors import InjectionError, annotation_error
from meshctl.inject.go_types.go_json import dumps
from meshctl.istio.annotation_names import PROXY_CONFIG
from meshctl.istio.mesh_config_schema import MESH_CONFIG, fields
from meshctl.istio.mesh_config_schema import PROXY_CONFIG as PROXY_MESSAGE
from meshctl.istio.names import ISTIO_NAMESPACE, PROXY_CONTAINER
from meshctl.istio.protobuf_json import write
from meshctl.validation.faults import sentence
from meshctl.validation.mesh_config.text import Judgement, judge
from meshctl.yaml.reader import parse_one

DEFAULT_PROXY_CONFIG: Mapping[str, Any] = {
    "configPath": "./etc/istio/proxy",
    "binaryPath": "/usr/local/bin/envoy",
    "serviceCluster": PROXY_CONTAINER,
    "drainDuration": "45s",
    "discoveryAddress": "istiod.istio-system.svc:15012",
    "proxyAdminPort": 15000,
    "controlPlaneAuthPolicy": "MUTUAL_TLS",
    "statNameLength": 189,
    "statusPort": 15020,
    "terminationDrainDuration": "5s",
}
_DEFAULT_MESH: Mapping[str, Any] = {
    "proxyListenPort": 15001,
    "proxyInboundListenPort": 15006,
    "trustDomain": "cluster.local",
    "rootNamespace": ISTIO_NAMESPACE,
    "enablePrometheusMerge": True,
    "defaultConfig": DEFAULT_PROXY_CONFIG,
}
_MERGED = frozenset({"proxyMetadata", "proxyHeaders"})


def mesh_with_defaults(mesh: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a MeshConfig over Istio's defaults; raises ``InjectionError`` for one that Istio refuses.

    A running istiod would pass over the whole text and go on with what it had.
    """
    judgement = judge(MESH_CONFIG, mesh)
    if reasons := _reasons(judgement):
        raise InjectionError(f"Istio can't load this mesh config: {reasons}")
    given = judgement.value
    proxy = merge_proxy_config(DEFAULT_PROXY_CONFIG, given.pop("defaultConfig", {}))
    return {**_DEFAULT_MESH, **given, "defaultConfig": proxy}


def merge_proxy_config(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Replace fields one by one; metadata merges by key, headers by field.

    Both are as ``read`` gives them. Of a oneof, the upper field takes the place of the others.
    """
    groups = {field.json_name: field.oneof for field in fields(PROXY_MESSAGE) if field.oneof}
    taken = {groups[name] for name in upper if name in groups}
    result = {name: value for name, value in lower.items() if groups.get(name) not in taken}
    for name, value in upper.items():
        result[name] = {**result.get(name, {}), **value} if name in _MERGED else value
    return result


def effective_mesh(mesh: Mapping[str, Any], annotations: Mapping[str, str]) -> Mapping[str, Any]:
    """Lay a pod's own ProxyConfig over the mesh's."""
    text = annotations.get(PROXY_CONFIG)
    if text is None:
        return mesh
    return {**mesh, "defaultConfig": merge_proxy_config(mesh["defaultConfig"], parse(text))}


def parse(text: str) -> dict[str, Any]:
    """Read the text of the annotation; raises ``InjectionError`` when Istio can't use it.

    Istio passes over fields that it doesn't know (ApplyYAML, pkg/util/protomarshal).
    """
    try:
        data = parse_one(text)
    except ValueError as error:
        raise annotation_error(PROXY_CONFIG, f"cannot be read: {error}") from None
    judgement = judge(PROXY_MESSAGE, data)
    if reasons := _reasons(judgement):
        raise annotation_error(PROXY_CONFIG, f"is no ProxyConfig for Istio: {reasons}")
    return judgement.value


def proxy_config_json(config: Mapping[str, Any]) -> str:
    """Write what differs from the defaults, as the sidecar reads it from its environment."""
    kept = {
        name: setting
        for name, setting in config.items()
        if setting != DEFAULT_PROXY_CONFIG.get(name)
    }
    return dumps(write(PROXY_MESSAGE, kept))


def _reasons(judgement: Judgement) -> str:
    return "; ".join(map(sentence, judgement.refusals))
