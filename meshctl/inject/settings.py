"""What does the injector's configuration say? (the ConfigMaps istio-sidecar-injector and istio)"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from meshctl.inject.errors import InjectionError
from meshctl.inject.functions import FUNCTIONS
from meshctl.inject.go_template import Template
from meshctl.inject.mesh_settings import mesh_with_defaults
from meshctl.sources.yaml import parse_one

SIDECAR = "sidecar"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything besides the workload that decides what is injected."""

    templates: Mapping[str, str]
    values: Mapping[str, Any]
    mesh: Mapping[str, Any]
    default_templates: tuple[str, ...] = (SIDECAR,)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    injected_annotations: Mapping[str, str] = field(default_factory=dict)
    is_on_by_default: bool = True
    """Do pods that say nothing get a sidecar (``policy``)?"""
    revision: str = ""
    native: bool = False
    compliance_policy: str = ""

    @property
    def status_port(self) -> int:
        """The port of the agent, where Prometheus and probes go."""
        port = self.mesh["defaultConfig"].get("statusPort", 0)
        return port if isinstance(port, int) else 0

    @property
    def rewrites_probes(self) -> bool:
        """Are probes sent to the agent unless a pod says otherwise?"""
        return self.value("sidecarInjectorWebhook", "rewriteAppHTTPProbe") is True

    def like_istioctl(self) -> "Settings":
        """The same without what istioctl doesn't read: anything but the templates of a config."""
        return replace(
            self,
            default_templates=(SIDECAR,),
            aliases={},
            injected_annotations={},
            is_on_by_default=True,
        )

    def value(self, *path: str) -> Any:
        """Give one of the chart's values, ``None`` where there is none."""
        found: Any = self.values
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def template(self, name: str) -> Template:
        """Give a template by its name."""
        if name not in self.templates:
            known = ", ".join(sorted(self.templates))
            raise InjectionError(f"requested template {name!r} not found; have {known}")
        return _parsed(name, self.templates[name])


@cache
def _parsed(name: str, text: str) -> Template:
    return Template(name, text, FUNCTIONS)


def read_settings(config: str, values: str, mesh: str, **others: Any) -> Settings:
    """Read the texts of ``--inject-config``, ``--values`` and ``--mesh-config``."""
    return Settings(
        **_config(config),
        values=_values(values),
        mesh=mesh_with_defaults(_mapping(mesh, "--mesh-config")),
        **others,
    )


def _config(text: str) -> dict[str, Any]:
    """Read a config; a file that is none is the template of the sidecar."""
    try:
        config = parse_one(text)
    except ValueError:
        config = None
    templates = config.get("templates") if isinstance(config, dict) else None
    if not isinstance(config, dict) or not isinstance(templates, dict):
        return {"templates": {SIDECAR: text}}
    aliases = _mapping_of(config, "aliases")
    return {
        "templates": {name: body for name, body in templates.items() if isinstance(body, str)},
        "default_templates": _names(config.get("defaultTemplates")) or (SIDECAR,),
        "aliases": {name: _names(names) for name, names in aliases.items()},
        "injected_annotations": {
            name: str(value) for name, value in _mapping_of(config, "injectedAnnotations").items()
        },
        "is_on_by_default": config.get("policy") != "disabled",
    }


def _mapping_of(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def _names(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def _values(text: str) -> dict[str, Any]:
    """Numbers are floats, as in every Go program that reads JSON."""
    data = _mapping(text, "--values")
    return {key: _floats(value) for key, value in data.items()}


def _floats(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _floats(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_floats(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _mapping(text: str, option: str) -> dict[str, Any]:
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else parse_one(text)
    except ValueError as error:
        raise InjectionError(f"the file of {option} cannot be read: {error}; correct it") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InjectionError(f"the file of {option} is no mapping; give the text of the ConfigMap")
    return data
