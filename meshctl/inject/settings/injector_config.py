"""Reads the injector's configuration (ConfigMaps istio-sidecar-injector and istio)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from meshctl.inject.errors import InjectionError
from meshctl.inject.overlays.api import Overlay, value_at
from meshctl.inject.overlays.template import TemplateOverlay
from meshctl.inject.settings.mesh_settings import mesh_with_defaults
from meshctl.inject.webhook import Ask
from meshctl.settings import InjectionByHand
from meshctl.words import quoted
from meshctl.yaml.reader import parse_one, plain_json

SIDECAR = "sidecar"


@dataclass(frozen=True, slots=True)
class InjectionSettings:
    """Everything besides the workload that decides what is injected."""

    overlays: Mapping[str, Overlay]
    """What can be laid over pods, by the names that they ask for."""
    values: Mapping[str, Any]
    mesh: Mapping[str, Any]
    default_templates: tuple[str, ...] = (SIDECAR,)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    injected_annotations: Mapping[str, str] = field(default_factory=dict)
    policy: str = "enabled"
    """What becomes of pods that say nothing: ``enabled`` or ``disabled``; any other is never."""
    never: tuple[Mapping[str, Any], ...] = ()
    always: tuple[Mapping[str, Any], ...] = ()
    """Label selectors of pods that say nothing; the first list comes first."""
    namespace: str = ""
    """Where workloads are that don't say it."""
    only: tuple[str, ...] = ()
    """Namespaces whose workloads are injected; none stands for all."""
    namespaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The annotations of namespaces, where OpenShift says which users it gives out."""
    revision: str = ""
    native: bool = False
    compliance_policy: str = ""
    checks_scrape_port: bool = True
    """Is a pod refused for a port that its metrics can't be at?"""
    ask: Ask | None = None
    """Asks a running istiod, which then decides instead of all the above."""

    sees_pods: bool = False
    """Is the workload guessed from the pod that its controllers make, as istiod has to?"""

    @property
    def status_port(self) -> int:
        """The port of the agent, where Prometheus and probes go."""
        port = self.mesh["defaultConfig"].get("statusPort", 0)
        return port if isinstance(port, int) else 0

    @property
    def rewrites_probes(self) -> bool:
        """Are probes sent to the agent unless a pod says otherwise?"""
        return self.value("sidecarInjectorWebhook", "rewriteAppHTTPProbe") is True

    def by_hand(self) -> InjectionByHand:
        """What the rules have to know of these to tell the hazards."""
        return InjectionByHand(
            native=self.native,
            has_cni=self.value("pilot", "cni", "enabled") is True,
            rewrites_probes=self.rewrites_probes,
            templates=frozenset(self.overlays) | self.aliases.keys(),
        )

    @property
    def network(self) -> str:
        """The network of the mesh; empty where the values name none."""
        found = self.value("global", "network")
        return str(found) if found else ""

    def like_istioctl(self) -> "InjectionSettings":
        """The same without what istioctl doesn't read: anything but the templates of a config."""
        return replace(
            self,
            default_templates=(SIDECAR,),
            aliases={},
            injected_annotations={},
            policy="enabled",
            never=(),
            always=(),
        )

    def value(self, *path: str) -> Any:
        """Give one of the chart's values, ``None`` where there is none."""
        return value_at(self.values, *path)

    def overlay(self, name: str) -> Overlay:
        """Give an overlay by its name."""
        if name not in self.overlays:
            known = ", ".join(sorted(self.overlays))
            raise InjectionError(f"requested template {quoted(name)} not found; have {known}")
        return self.overlays[name]


def read_settings(config: str, values: str, mesh: str, **others: Any) -> InjectionSettings:
    """Read the texts of ``--inject-config``, ``--values`` and ``--mesh-config``."""
    return InjectionSettings(
        **read_config(config),
        values=with_floats(read_mapping(values, "--values")),
        mesh=mesh_with_defaults(read_mapping(mesh, "--mesh-config")),
        **others,
    )


def settings_of_webhook(ask: Ask, namespace: str) -> InjectionSettings:
    """Leave everything to a running istiod."""
    return InjectionSettings(
        overlays={}, values={}, mesh=mesh_with_defaults({}), namespace=namespace, ask=ask
    )


def read_config(text: str) -> dict[str, Any]:
    """Read a config into fields of ``InjectionSettings``; a file that is none is the sidecar's template."""
    try:
        config = parse_one(text)
    except ValueError:
        config = None
    if not isinstance(config, dict) or not isinstance(config.get("templates"), dict):
        return {"overlays": _templates({SIDECAR: text})}
    return read_config_fields(config)


def read_config_fields(config: Mapping[str, Any]) -> dict[str, Any]:
    """Read the mapping that a config is into fields of ``InjectionSettings``."""
    aliases = _mapping_of(config, "aliases")
    return {
        "overlays": _templates(_mapping_of(config, "templates")),
        "default_templates": _names(config.get("defaultTemplates")) or (SIDECAR,),
        "aliases": {name: _names(names) for name, names in aliases.items()},
        "injected_annotations": {
            name: str(value) for name, value in _mapping_of(config, "injectedAnnotations").items()
        },
        "policy": str(config.get("policy") or "enabled"),
        "never": _mappings(config.get("neverInjectSelector")),
        "always": _mappings(config.get("alwaysInjectSelector")),
    }


def _templates(texts: Mapping[str, Any]) -> dict[str, Overlay]:
    return {
        name: TemplateOverlay(name, text) for name, text in texts.items() if isinstance(text, str)
    }


def _mapping_of(config: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = config.get(name)
    return found if isinstance(found, dict) else {}


def _mappings(value: Any) -> tuple[Mapping[str, Any], ...]:
    return (
        tuple(item for item in value if isinstance(item, dict)) if isinstance(value, list) else ()
    )


def _names(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def with_floats(value: Any) -> Any:
    """Turn numbers into floats, as every Go program does that reads JSON."""
    if isinstance(value, dict):
        return {key: with_floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def read_mapping(text: str, option: str) -> dict[str, Any]:
    """Read the text of a ConfigMap; raises ``InjectionError`` unless it is a mapping."""
    try:
        data = plain_json(text) if text.lstrip().startswith("{") else parse_one(text)
    except ValueError as error:
        raise InjectionError(f"the file of {option} cannot be read: {error}; correct it") from None
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise InjectionError(f"the file of {option} is no mapping; give the text of the ConfigMap")
    return data
