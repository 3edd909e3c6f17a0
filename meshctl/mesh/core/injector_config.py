"""The ConfigMaps ``istio-sidecar-injector`` and ``istio-sidecar-injector-REVISION`` of an injector."""

from typing import Any, TypeGuard

from meshctl.istio.names import INJECTOR_CONFIG_MAP
from meshctl.resources import ConfigMap, Resource, View
from meshctl.yaml.reader import parse_one


def is_settings(resource: Resource) -> TypeGuard[ConfigMap]:
    """Is this the ConfigMap of an injector?"""
    return isinstance(resource, ConfigMap) and revision_of(resource.name) is not None


def values_of(config_map: ConfigMap) -> View:
    """The chart's values in the ConfigMap of an injector; empty when they can't be read."""
    from meshctl.plain_objects import read_json  # noqa: PLC0415 - few inputs have an injector

    try:
        values: Any = read_json(config_map.values.get("values", ""))
    except ValueError:
        values = {}
    return View(config_map, (), values)


def config_of(config_map: ConfigMap) -> View:
    """What the ConfigMap of an injector says of templates and policy; empty when unreadable."""
    try:
        return View(config_map, (), parse_one(config_map.values.get("config", "")))
    except ValueError:
        return View(config_map, (), None)


def revision_of(name: str) -> str | None:
    """The revision in the name of a ConfigMap, empty for none; ``None`` for another ConfigMap."""
    if name == INJECTOR_CONFIG_MAP:
        return ""
    stem = name.removeprefix(f"{INJECTOR_CONFIG_MAP}-")
    return stem if stem != name else None
