"""Merges MeshConfig and ProxyConfig (pkg/config/mesh/mesh.go, Istio 1.31)."""

from collections.abc import Mapping, Sequence
from typing import Any

from meshctl.inject.errors import InjectionError, annotation_error
from meshctl.inject.go_types.go_json import dumps
from meshctl.istio.annotation_values import PROXY_CONFIG
from meshctl.istio.proxy_config import (
    DURATION,
    DURATIONS,
    FIELDS,
    MAPS,
    NESTED,
    NUMBERS,
    camel,
    unknown_field,
    wrong_type,
)  # fmt: skip
from meshctl.yaml.reader import parse_one

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
_MERGED = frozenset({"proxyMetadata", "proxyHeaders"})
_KINDS = (("inboundTrafficPolicy", dict, "mapping"), ("extensionProviders", list, "list"))
"""What injection looks into, so that it has to be of its kind."""
_WRAPPED = frozenset({"concurrency", "enableIstioTags", "holdApplicationUntilProxyStarts"})
"""Wrapper messages: 0 and false are values of their own."""


def mesh_with_defaults(mesh: Mapping[str, Any]) -> dict[str, Any]:
    """Lay a MeshConfig over Istio's defaults."""
    given = {camel(key): value for key, value in mesh.items() if value is not None}
    proxy = given.pop("defaultConfig", {})
    if not isinstance(proxy, dict):
        raise InjectionError("defaultConfig of the mesh config should be a mapping")
    for name, wanted, kind in _KINDS:
        if not isinstance(given.get(name, wanted()), wanted):
            raise InjectionError(f"{name} is {given[name]!r} and should be a {kind}")
    merged = {**_DEFAULT_MESH, **given}
    return {**merged, "defaultConfig": merge_proxy_config(DEFAULT_PROXY_CONFIG, proxy)}


def merge_proxy_config(lower: Mapping[str, Any], upper: Mapping[str, Any]) -> dict[str, Any]:
    """Replace fields one by one; metadata merges by key, headers by field."""
    result = dict(lower)
    for key, value in upper.items():
        name = camel(key)
        if value is None:
            continue
        if wanted := wrong_type(name, value):
            raise InjectionError(f"{name} is {value!r} and should be {wanted}")
        if name in _MERGED:
            result[name] = {**result.get(name, {}), **value}
        elif name in NUMBERS:
            result[name] = int(value)
        else:
            result[name] = value
    return result


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
    """Read the text of the annotation; raises ``InjectionError`` when it is no ProxyConfig.

    Istio passes over fields that it doesn't know (ApplyYAML, pkg/util/protomarshal).
    """
    try:
        data = parse_one(text)
    except ValueError as error:
        raise annotation_error(PROXY_CONFIG, f"cannot be read: {error}") from None
    if not isinstance(data, dict | None):
        raise annotation_error(PROXY_CONFIG, "should be a mapping")
    return {key: value for key, value in (data or {}).items() if unknown_field([key]) is None}


def proxy_config_json(config: Mapping[str, Any]) -> str:
    """Write what differs from the defaults, as the sidecar reads it from its environment.

    Messages within messages have the fields of their declaration first, then others as written.
    """
    kept = _written("", FIELDS, config)
    kept = {
        name: setting for name, setting in kept.items() if setting != DEFAULT_PROXY_CONFIG.get(name)
    }
    if kept.get("interceptionMode") == "REDIRECT":
        del kept["interceptionMode"]
    return dumps(kept)


def _written(name: str, fields: Sequence[str], value: Any) -> Any:
    """Write a value as protobuf does in JSON; fields without any value are left out."""
    if name in DURATIONS and (match := DURATION.fullmatch(str(value))):
        # Protobuf writes no, three, six or nine digits of a fraction.
        digits = (match[2] or "").rstrip("0")
        return f"{match[1]}{'.' if digits else ''}{digits.ljust(-(-len(digits) // 3) * 3, '0')}s"
    if not isinstance(value, Mapping):
        return value
    if name == "proxyMetadata":
        return {key: str(value[key]) for key in sorted(value)}
    if name in MAPS:
        return {key: _written("", (), value[key]) for key in sorted(value)}
    given = {camel(key): setting for key, setting in value.items()}
    places = {field: place for place, field in enumerate(fields)}
    order = sorted(given, key=lambda field: places.get(field, len(fields)))
    return {key: _written(key, NESTED.get(key, ()), given[key])
            for key in order if not _is_nothing(key, given[key])}  # fmt: skip


def _is_nothing(name: str, value: Any) -> bool:
    if value == {}:
        return name in MAPS
    return value is None or (not value and name not in _WRAPPED)
