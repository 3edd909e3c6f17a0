"""Settings where a mesh's own are not given: those of Istio's chart, with our overlays.

What the chart computes from its values is computed here: templates/configmap.yaml and
istiod-injector-configmap.yaml of manifests/charts/istio-control/istio-discovery, Istio 1.31.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from meshctl.inject.errors import InjectionError
from meshctl.inject.overlays.api import Overlay, value_at
from meshctl.inject.overlays.default_values import default_values
from meshctl.inject.overlays.gateway import gateway
from meshctl.inject.overlays.grpc import grpc_agent, grpc_simple
from meshctl.inject.overlays.sidecar import sidecar
from meshctl.inject.overlays.versions import NEWEST, Feature, Version, read_version
from meshctl.inject.settings.injector_config import (  # fmt: skip
    SIDECAR,
    InjectionSettings,
    read_config,
    read_config_fields,
    read_mapping,
    with_floats,
)
from meshctl.inject.settings.mesh_settings import mesh_with_defaults
from meshctl.inject.settings.set_values import set_values
from meshctl.istio.names import ISTIO_NAMESPACE
from meshctl.mesh.core.mesh_config import laid_over
from meshctl.words import quoted, with_article

DEFAULT_VERSION = f"1.{NEWEST}"
_OVERLAYS = {
    SIDECAR: sidecar,
    "gateway": gateway,
    "grpc-simple": grpc_simple,
    "grpc-agent": grpc_agent,
}
_ZIPKIN = {"zipkin": {"address": "zipkin.istio-system:9411"}}
_CONFIG = ("defaultTemplates", "alwaysInjectSelector", "neverInjectSelector", "injectedAnnotations")


@dataclass(frozen=True, slots=True)
class Given:
    """What users give of the settings: texts of files, and options."""

    istio_version: str = DEFAULT_VERSION
    config: str | None = None
    values: str | None = None
    mesh: str | None = None
    sets: tuple[str, ...] = ()
    """Assignments to values, as Helm's."""
    hub: str = ""
    tag: str = ""
    revision: str = ""


def read_given(given: Given, **others: Any) -> InjectionSettings:
    """Read what is given, and take the rest from Istio's chart.

    Values and mesh config are laid over the chart's; beside a config they are taken as they are.
    Raises ``UsageError`` for a version or a value that is not known.
    """
    version = read_version(given.istio_version)
    values = _values(given, version)
    revision = given.revision or str(values.get("revision") or "")
    mesh = read_mapping(given.mesh or "", "--mesh-config")
    if given.config is None or given.mesh is None:
        mesh = laid_over(_chart_mesh(values), mesh)
    mesh = mesh_with_defaults(mesh)
    if version.has(Feature.ZIPKIN) and mesh["defaultConfig"].get("tracing") == _ZIPKIN:
        del mesh["defaultConfig"]["tracing"]
    text = given.config
    config = _chart_config(version, values) if text is None else read_config(text)
    policy = str(value_at(values, "pilot", "env", "COMPLIANCE_POLICY") or "")
    variables = {
        "revision": revision,
        "compliance_policy": policy,
        "checks_scrape_port": version.has(Feature.SCRAPE_PORT),
        **others,
    }
    return InjectionSettings(**config, values=with_floats(values), mesh=mesh, **variables)


def _values(given: Given, version: Version) -> dict[str, Any]:
    found = read_mapping(given.values or "", "--values")
    defaults = default_values(version)
    if given.config is None or given.values is None:
        if given.revision:
            defaults["revision"] = "" if given.revision == "default" else given.revision
        _check_shape(defaults, found, "")
        found = laid_over(defaults, found)
    found = set_values(found, given.sets)
    for name, text in (("hub", given.hub), ("tag", given.tag)):
        found = laid_over(found, {"global": {name: text}} if text else {})
    _check_shape(defaults, found, "")
    return _with_plugin(found) if version.has(Feature.ISTIO_CNI) else found


def _check_shape(known: Mapping[str, Any], found: Any, place: str) -> None:
    """Refuse values where a mapping or a list belongs."""
    for name, default in known.items():
        value = found.get(name)
        if not isinstance(default, dict | list) or value is None:
            continue
        if not isinstance(value, type(default)):
            wanted = "mapping" if isinstance(default, dict) else "list"
            raise InjectionError(
                f"{place}{name} of the values is {quoted(value)}; make it {with_article(wanted)}"
            )
        if isinstance(default, dict):
            _check_shape(default, value, f"{place}{name}.")


def _with_plugin(values: dict[str, Any]) -> dict[str, Any]:
    """Say by pilot.cni what the charts up to 1.23 say by istio_cni."""
    older = values.get("istio_cni") or {}
    if not older.get("enabled"):
        return values
    is_multus = older.get("provider") == "multus" or older.get("chained") is False
    plugin = {"enabled": True} | ({"provider": "multus"} if is_multus else {})
    return laid_over(values, {"pilot": {"cni": plugin}})  # type: ignore[no-any-return]


def _chart_config(version: Version, values: Mapping[str, Any]) -> dict[str, Any]:
    """The config that the chart writes: our overlays, and the templates of the values."""
    webhook = values.get("sidecarInjectorWebhook") or {}
    config = {name: webhook.get(name) for name in _CONFIG}
    config["policy"] = value_at(values, "global", "proxy", "autoInject")
    found = read_config_fields({**config, "templates": webhook.get("templates") or {}})
    own: dict[str, Overlay] = {name: partial(make, version) for name, make in _OVERLAYS.items()}
    return {**found, "overlays": own | found["overlays"]}


def _chart_mesh(values: Mapping[str, Any]) -> dict[str, Any]:
    """The MeshConfig that the chart writes."""
    namespace = value_at(values, "global", "istioNamespace") or ISTIO_NAMESPACE
    istiod = f"istiod-{values['revision']}" if values.get("revision") else "istiod"
    config: dict[str, Any] = {"discoveryAddress": f"{istiod}.{namespace}.svc:15012"}
    if mesh_id := value_at(values, "global", "meshID"):
        config["meshId"] = mesh_id
    variant = value_at(values, "global", "proxy", "variant") or value_at(
        values, "global", "variant"
    )
    if variant:
        config["image"] = {"imageType": variant}
    if tracing := _tracing(values, namespace):
        config["tracing"] = tracing
    chart = {"rootNamespace": namespace, "trustDomain": "cluster.local", "defaultConfig": config}
    return laid_over(chart, values.get("meshConfig") or {})  # type: ignore[no-any-return]


def _tracing(values: Mapping[str, Any], namespace: str) -> dict[str, Any]:
    """Where the tracer of the values is."""
    name = str(value_at(values, "global", "proxy", "tracer"))
    own = value_at(values, "global", "tracer", name) or {}
    if name in {"zipkin", "datadog"}:
        usual = f"zipkin.{namespace}:9411" if name == "zipkin" else "$(HOST_IP):8126"
        return {name: {"address": value_at(own, "address") or usual}}
    return {name: own} if name in {"lightstep", "stackdriver"} else {}
