"""Which MeshConfig and ProxyConfig hold? (pkg/config/mesh/mesh.go, Istio 1.31)"""

import re
from collections.abc import Mapping
from typing import Any

from meshctl.inject.errors import InjectionError, annotation_error
from meshctl.inject.go_json import dumps
from meshctl.mesh.annotation_values import PROXY_CONFIG
from meshctl.mesh.proxy_config_fields import FIELDS, camel, unknown_field
from meshctl.sources.yaml import parse_one

DEFAULT_PROXY_CONFIG: Mapping[str, Any] = {
    "configPath": "./etc/istio/proxy",
    "binaryPath": "/usr/local/bin/envoy",
    "serviceCluster": "istio-proxy",
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
    "rootNamespace": "istio-system",
    "enablePrometheusMerge": True,
    "defaultConfig": DEFAULT_PROXY_CONFIG,
}
_DURATION = re.compile(r"(\d+)(?:\.(\d{1,9}))?s")
_DURATIONS = frozenset(
    {"drainDuration", "terminationDrainDuration", "fileFlushInterval", "statsEvictionInterval"}
)
_MERGED = frozenset({"proxyMetadata", "proxyHeaders"})
_MESSAGES = _MERGED | {"image", "tracing", "inboundTrafficPolicy"}
"""What injection looks into, so that it has to be a mapping."""
_WRAPPED = frozenset({"concurrency", "holdApplicationUntilProxyStarts"})
"""Wrapper messages: 0 and false are values of their own."""


def mesh_with_defaults(mesh: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a MeshConfig over Istio's defaults."""
    given = {camel(key): value for key, value in mesh.items() if value is not None}
    proxy = given.pop("defaultConfig", {})
    if not isinstance(proxy, dict):
        raise InjectionError("defaultConfig of the mesh config should be a mapping")
    for name, value in given.items():
        _check(name, value)
    merged = {**_DEFAULT_MESH, **given}
    return {**merged, "defaultConfig": merge_proxy_config(DEFAULT_PROXY_CONFIG, proxy)}


def merge_proxy_config(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Replace fields one by one; metadata merges by key, headers by field."""
    result = dict(lower)
    for key, value in upper.items():
        name = camel(key)
        if value is None:
            continue
        _check(name, value)
        if name in _MERGED:
            value = {**result.get(name, {}), **value}  # noqa: PLW2901 - laid over what is there
        result[name] = value
    return result


def _check(name: str, value: Any) -> None:
    wanted = dict if name in _MESSAGES else list if name == "extensionProviders" else object
    if not isinstance(value, wanted):
        kind = "mapping" if wanted is dict else "list"
        raise InjectionError(f"{name} is {value!r} and should be a {kind}")


def effective_mesh(mesh: Mapping[str, Any], annotations: Mapping[str, str]) -> Mapping[str, Any]:
    """Lay a pod's own ProxyConfig over the mesh's."""
    text = annotations.get(PROXY_CONFIG)
    if text is None:
        return mesh
    try:
        merged = merge_proxy_config(mesh["defaultConfig"], parse(text))
    except InjectionError as error:
        raise error if error.path else annotation_error(PROXY_CONFIG, f"has {error}") from None
    return {**mesh, "defaultConfig": merged}


def parse(text: str) -> dict[str, Any]:
    """Read the text of the annotation; raises ``InjectionError`` when it is no ProxyConfig."""
    try:
        data = parse_one(text)
    except ValueError as error:
        raise annotation_error(PROXY_CONFIG, f"cannot be read: {error}") from None
    if not isinstance(data, dict | None):
        raise annotation_error(PROXY_CONFIG, "should be a mapping")
    field = unknown_field(data or ())
    if field is not None:
        raise annotation_error(PROXY_CONFIG, f"has an unknown field {field!r}")
    return data or {}


def proxy_config_json(config: Mapping[str, Any]) -> str:
    """Write what differs from the defaults, as the sidecar reads it from its environment.

    Fields of nested messages stay in the order in which they were written.
    """
    kept: dict[str, Any] = {}
    for name in sorted(config, key=_place):
        value = config[name]
        is_empty = not value and name not in _WRAPPED
        if not is_empty and value != DEFAULT_PROXY_CONFIG.get(name):
            kept[name] = _written(name, value)
    if kept.get("interceptionMode") == "REDIRECT":
        del kept["interceptionMode"]
    return dumps(kept)


def _written(name: str, value: Any) -> Any:
    if name == "proxyMetadata" and isinstance(value, dict):
        return {key: str(value[key]) for key in sorted(value)}
    if name in _DURATIONS and (match := _DURATION.fullmatch(str(value))):
        # Protobuf writes no, three, six or nine digits of a fraction.
        digits = (match[2] or "").rstrip("0")
        return f"{match[1]}{'.' if digits else ''}{digits.ljust(-(-len(digits) // 3) * 3, '0')}s"
    return value


def _place(name: str) -> int:
    return FIELDS.index(name) if name in FIELDS else len(FIELDS)
