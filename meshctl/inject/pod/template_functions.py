"""The functions that Istio adds to its templates (pkg/kube/inject/template.go, 1.31)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from meshctl.inject.go_template.sprig import SPRIG
from meshctl.inject.go_template.values import show_inside
from meshctl.inject.go_types import go_json
from meshctl.inject.pod.template_data import KubernetesStruct, Message
from meshctl.inject.settings.mesh_settings import proxy_config_json
from meshctl.istio.labels import APP_VERSION
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.plain_objects import read_json
from meshctl.yaml import emitter as go_yaml

_BY_CONVENTION = "OTEL_SEMANTIC_CONVENTIONS"
_ATTRIBUTE = "resource.opentelemetry.io/service."


def _annotation(metadata: KubernetesStruct, name: str, default: Any) -> str:
    found = metadata.field("Annotations").get(name)
    return show_inside(default) if found is None else str(found)


def _exclude_inbound_port(port: Any, excluded: Any) -> str:
    text, ports = show_inside(port).strip(), str(excluded)
    if text in {"", "0"} or text in ports.split(","):
        return ports
    kept = [word.strip() for word in ports.split(",") if word.strip()]
    return ",".join([*kept, text])


def _value_or_default(value: Any, default: Any) -> Any:
    return default if value is None or (isinstance(value, str) and not value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, KubernetesStruct | Message):
        return _plain(value.data)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _to_json(value: Any) -> str:
    return "{}" if value is None else go_json.dumps(_sorted(_plain(value)))


def _struct_to_json(value: Any) -> str:
    if value is None:
        return "{}"
    # A struct is written in the order of its declaration, a map by its keys.
    plain = _plain(value)
    return go_json.dumps(plain if isinstance(value, KubernetesStruct) else _sorted(plain))


def _from_json(text: str) -> Any:
    try:
        return read_json(text, parse_int=float)
    except ValueError:
        return "{}"


def _proto_to_json(message: Any) -> str:
    return proxy_config_json(message.data or {}) if isinstance(message, Message) else "{}"


def _to_yaml(value: Any) -> str:
    return go_yaml.dumps(_whole(_plain(value)))


def _whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    return [_whole(item) for item in value] if isinstance(value, list) else value


def _indent(spaces: int, text: str) -> str:
    return text.replace("\n", "\n" + " " * spaces)


def _append_network(existing: str, network: str) -> str:
    if not existing:
        return network
    if "]" not in existing:
        names = [name.strip() for name in existing.split(",")]
        return existing if network in names else f"{existing}, {network}"
    try:
        networks = read_json(existing)
    except ValueError:
        return existing
    if not isinstance(networks, list) or not all(
        isinstance(each_network, dict) for each_network in networks
    ):
        return existing
    namespace, slash, name = network.rpartition("/")
    if any(
        (each_network.get("namespace") or "", each_network.get("name")) == (namespace, name)
        for each_network in networks
    ):
        return existing
    added = {"name": name} | ({"namespace": namespace} if slash else {})
    head, _, tail = existing.rpartition("]")
    return f"{head}, {json.dumps(added)}]{tail}"


def _omit_nil(value: Any) -> Any:
    """Leave out what is null, and what has nothing else in it."""
    if isinstance(value, Mapping):
        cleaned = {key: _omit_nil(item) for key, item in value.items()}
        kept: Any = {key: item for key, item in cleaned.items() if item is not None}
    elif isinstance(value, list):
        kept = [item for item in map(_omit_nil, value) if item is not None]
    else:
        return value
    return kept if kept or not value else None


def _omit(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in names}


def _strict_dict(*pairs: Any) -> dict[str, Any]:
    found = dict(zip(pairs[::2], pairs[1::2], strict=True))
    return {key: value for key, value in found.items() if value not in (None, "")}


def _merge_maps(*maps: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for each_map in maps for key, value in (each_map or {}).items()}


def _resource_attributes(
    mesh: Message, annotations: Any, labels: Any, namespace: str, containers: list[Any]
) -> str:
    """OTEL_RESOURCE_ATTRIBUTES, which only a tracing provider that asks for them gets."""
    providers = (mesh.data or {}).get("extensionProviders") or []
    tracers = (
        provider.get("opentelemetry") or {} for provider in providers if isinstance(provider, dict)
    )
    if all(tracer.get("serviceAttributeEnrichment") != _BY_CONVENTION for tracer in tracers):
        return ""
    own = {name: annotations.get(f"{_ATTRIBUTE}{name}") for name in ("namespace", "version")}
    version = own["version"] or labels.get(APP_VERSION)
    if not version and len(containers) == 1:
        version = _image_version(containers[0].field("Image"))
    instance = annotations.get(f"{_ATTRIBUTE}instance.id")
    if not instance and containers:
        instance = f"{namespace}.$(POD_NAME).{containers[0].field('Name')}"
    found = (
        ("namespace", own["namespace"] or namespace),
        ("version", version),
        ("instance.id", instance),
    )
    return ",".join(f"service.{name}={value}" for name, value in found if value)


def _image_version(image: str) -> str:
    """Give tag and digest of an image, as far as it has them."""
    name, at, digest = image.partition("@")
    _, _, tag = name.rpartition("/")[2].partition(":")
    return f"{tag}@{digest}" if tag and at else tag or digest


def _ports(containers: list[KubernetesStruct], *, skipped: str = "") -> str:
    return ",".join(
        str(port.field("ContainerPort"))
        for container in containers
        if container.field("Name") != skipped
        for port in container.field("Ports")
        if port.field("Protocol") not in {"UDP", "SCTP"}
    )


def _duration(value: Any) -> str:
    return "0s" if value is None else show_inside(value)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    **SPRIG,
    "annotation": _annotation,
    "appendMultusNetwork": _append_network,
    "applicationPorts": lambda containers: _ports(containers, skipped=PROXY_CONTAINER),
    "contains": lambda needle, text: needle in text,
    "directory": lambda path: path[: path.rfind("/") + 1],
    # The process that injects is not istiod, whose environment this reads.
    "env": lambda _name, default="": default,
    "excludeInboundPort": _exclude_inbound_port,
    "excludeInterfaces": lambda text: text,
    "formatDuration": _duration,
    "fromJSON": _from_json,
    "includeInboundPorts": _ports,
    "indent": _indent,
    "isset": lambda mapping, key: key in mapping,
    "kubevirtInterfaces": lambda text: text,
    "mergeMaps": _merge_maps,
    "omit": _omit,
    "omitNil": _omit_nil,
    "otelResourceAttributes": _resource_attributes,
    "protoToJSON": _proto_to_json,
    "strdict": _strict_dict,
    "structToJSON": _struct_to_json,
    "toJSON": _to_json,
    "toJson": _to_json,
    "toJsonMap": lambda *maps: _to_json(_merge_maps(*maps)),
    "toLower": lambda text: text.lower(),
    "toYaml": _to_yaml,
    "valueOrDefault": _value_or_default,
}
