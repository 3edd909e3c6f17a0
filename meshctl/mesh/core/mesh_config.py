"""Finds and reads MeshConfig, the settings of the whole mesh.

They come from ``--mesh-config``, from the ``istio`` ConfigMap or an IstioOperator in the input,
else they are Istio's defaults (pkg/config/mesh/mesh.go, DefaultMeshConfig, 1.31).
"""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from meshctl.istio.mesh_config_schema import MESH_CONFIG
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.istio.protobuf_json import read
from meshctl.resources import ConfigMap, Resource, View, make_resource
from meshctl.sources.documents import Document
from meshctl.yaml.reader import parse_one


class MeshConfig(NamedTuple):
    """The settings of MeshConfig that decide about findings; ``raw`` has all of them."""

    root_namespace: str = ISTIO_NAMESPACE
    domain: str = "cluster.local"
    trust_domain: str = "cluster.local"
    auto_mtls: bool = True
    registry_only: bool = False
    service_export_to: tuple[str, ...] = ("*",)
    virtual_service_export_to: tuple[str, ...] = ("*",)
    destination_rule_export_to: tuple[str, ...] = ("*",)
    raw: Mapping[str, Any] = MappingProxyType({})
    is_known: bool = False
    """Was a MeshConfig in the input, or are these Istio's defaults?"""
    is_overlay: bool = False
    """Is it laid over what the chart writes, so that more is set than stands here?"""
    doubt: str = ""
    """Why it isn't sure that this is the one, in words."""

    @classmethod
    def parse(cls, raw: Mapping[str, Any]) -> "MeshConfig":
        """Read the fields of a MeshConfig mapping; what istiod can't read is as if unset."""
        raw = read(MESH_CONFIG, raw).value
        outbound = raw.get("outboundTrafficPolicy")
        mode = outbound.get("mode") if isinstance(outbound, dict) else None
        return cls(
            root_namespace=_text(raw, "rootNamespace", ISTIO_NAMESPACE),
            trust_domain=_text(raw, "trustDomain", "cluster.local"),
            auto_mtls=raw.get("enableAutoMtls") is not False,
            registry_only=mode == "REGISTRY_ONLY",
            service_export_to=_texts(raw, "defaultServiceExportTo"),
            virtual_service_export_to=_texts(raw, "defaultVirtualServiceExportTo"),
            destination_rule_export_to=_texts(raw, "defaultDestinationRuleExportTo"),
            raw=raw,
            is_known=True,
        )


def find_mesh_config(resources: Iterable[Resource]) -> MeshConfig:
    """Take the MeshConfig of the input: the ``istio`` ConfigMap, that of a revision, an operator.

    Of several revisions it is the first by name; what a kustomization changes comes last.
    """
    found = [one for resource in resources for one in _written(resource)]
    certain = [one for one in found if not one.is_changed] or found
    if not certain:
        return MeshConfig()
    first = min(certain, key=_Written.order)
    doubt = ""
    if first.is_changed:
        doubt = "a kustomization changes the mesh config before it is applied"
    elif any(one.raw != first.raw for one in certain):
        doubt = f"the input has {len(certain)} mesh configs, of which a mesh has one"
    return MeshConfig.parse(first.raw)._replace(
        is_overlay=first.kind is _Kind.OPERATOR, doubt=doubt
    )


class _Kind(IntEnum):
    """What holds a MeshConfig; the first counts."""

    CONFIG_MAP = 0
    REVISION = 1
    OPERATOR = 2


class _Written(NamedTuple):
    kind: _Kind
    name: tuple[str, str]
    raw: Mapping[str, Any]
    is_changed: bool

    def order(self) -> tuple[_Kind, tuple[str, str]]:
        """Sort by kind, and revisions by name."""
        return self.kind, self.name


def _written(resource: Resource) -> Iterator[_Written]:
    is_changed = resource.document.placement.is_changed(resource.kind, resource.name)
    if isinstance(resource, ConfigMap) and resource.name.startswith("istio"):
        text = resource.values.get("mesh")
        raw = parse_settings(text) if text is not None else None
        if raw is not None and resource.name == "istio":
            yield _Written(_Kind.CONFIG_MAP, ("", ""), raw, is_changed)
        elif raw is not None and resource.name.startswith("istio-"):
            name = resource.name, resource.namespace
            yield _Written(_Kind.REVISION, name, raw, is_changed)
    elif resource.kind == "IstioOperator":
        config = _operator_config(resource)
        if config is not None:
            yield _Written(_Kind.OPERATOR, ("", ""), config, is_changed)


def read_mesh_config(text: str) -> MeshConfig | None:
    """Read a file with a MeshConfig, an ``istio`` ConfigMap or an IstioOperator.

    ``None`` when the text is none of them.
    """
    data = parse_settings(text)
    if data is None:
        return None
    if "kind" not in data:
        return MeshConfig.parse(data)
    document = Document("", 1, text, data)
    config = find_mesh_config([make_resource(document, data, (), ISTIO_NAMESPACE)])
    return config if config.is_known else None


def parse_settings(text: str) -> dict[str, Any] | None:
    """Read the text of a MeshConfig, or of what holds one; ``None`` where it is no mapping."""
    try:
        data = parse_one(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


def written_settings(resource: Resource) -> Iterator[View]:
    """Walk the mesh configs that a ConfigMap of istiod, or an IstioOperator, writes, where they stand."""
    if isinstance(resource, ConfigMap):
        text = resource.values.get("mesh") if resource.name.startswith("istio") else None
        found = parse_settings(text) if text is not None else None
        if found is not None:
            yield View(resource, ("data", "mesh"), found)
    elif resource.kind == "IstioOperator":
        for path in (("spec", "values", "meshConfig"), ("spec", "meshConfig")):
            settings = resource.child(*path)
            if settings.data:
                yield settings


def _operator_config(resource: Resource) -> Mapping[str, Any] | None:
    """Lay the mesh config over that of the values (operator/pkg/render/manifest.go, Istio 1.31)."""
    config: Mapping[str, Any] = {}
    for settings in written_settings(resource):
        config = laid_over(config, settings.data)
    root = resource.spec.child("values", "global").text("istioNamespace")
    if root and "rootNamespace" not in config:
        config = {**config, "rootNamespace": root}
    return config or None


def laid_over(lower: Any, upper: Any) -> Any:
    """Merge settings key by key, as Helm and istioctl lay values over others; anything else is replaced."""
    if isinstance(lower, Mapping) and isinstance(upper, Mapping):
        merged = dict(lower)
        for key, value in upper.items():
            merged[key] = laid_over(lower.get(key), value)
        return merged
    return upper


def _text(raw: Mapping[str, Any], key: str, default: str) -> str:
    value = raw.get(key)
    return value if isinstance(value, str) and value else default


def _texts(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = raw.get(key)
    found = tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
    return found or ("*",)
