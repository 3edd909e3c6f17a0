"""Checks pieces of Envoy configuration as istiod reads them.

Mirrors BuildXDSObjectFromStruct, pkg/config/xds, Istio 1.31, which reads the value of a patch as
the JSON form of Envoy's protocol buffers, and passes over fields that it does not know. Nothing is
said about packages that the table of Envoy's API (``envoy_types.json``) does not have, such as
those of Envoy's contributors.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from meshctl.istio.durations import nanoseconds
from meshctl.resources.view import Path, Ref
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.wording import closest, listed, show
from meshctl.words import quoted

OBJECTS = {
    "LISTENER": "envoy.config.listener.v3.Listener",
    "FILTER_CHAIN": "envoy.config.listener.v3.FilterChain",
    "LISTENER_FILTER": "envoy.config.listener.v3.ListenerFilter",
    "NETWORK_FILTER": "envoy.config.listener.v3.Filter",
    "HTTP_FILTER": "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter",
    "ROUTE_CONFIGURATION": "envoy.config.route.v3.RouteConfiguration",
    "VIRTUAL_HOST": "envoy.config.route.v3.VirtualHost",
    "HTTP_ROUTE": "envoy.config.route.v3.Route",
    "CLUSTER": "envoy.config.cluster.v3.Cluster",
    "EXTENSION_CONFIG": "envoy.config.core.v3.TypedExtensionConfig",
    "BOOTSTRAP": "envoy.config.bootstrap.v3.Bootstrap",
}
"""The message that a patch of each kind carries."""

_CAPITAL = re.compile("[A-Z]")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|NaN|-?Infinity")
_BASE64 = re.compile(r"[-_+/A-Za-z0-9\r\n]*={0,2}")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT.*")
_RANGES = {
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**64 - 1),
}
_TEXTS: dict[str, tuple[Callable[[str], object], str]] = {
    "string": (lambda _: True, "a text"),
    "bytes": (_BASE64.fullmatch, "base64"),
    "duration": (lambda text: nanoseconds(text) is not None, "a duration such as 5s"),
    "timestamp": (_TIMESTAMP.fullmatch, "a time such as 2026-01-31T12:00:00Z"),
}


class _Api(NamedTuple):
    """Envoy's messages with the types of their fields, and the values of its enumerations."""

    types: Mapping[str, Mapping[str, str]]
    enums: Mapping[str, list[str]]
    packages: Mapping[str, set[str]]


@cache
def _api() -> _Api:
    data = json.loads(files(__package__).joinpath("envoy_types.json").read_text(encoding="utf-8"))
    packages: dict[str, set[str]] = {}
    for name in data["types"]:
        package, _, message = name.rpartition(".")
        packages.setdefault(package, set()).add(message)
    return _Api(data["types"], data["enums"], packages)


def check_envoy_value(place: Ref, patch: Any, message_name: str) -> Iterator[Fault]:
    """Check a value that stands for a message of Envoy's API."""
    api = _api()
    waiting: list[tuple[Path, Any, str]] = [(place.path, patch, message_name)]
    while waiting:
        path, value, kind = waiting.pop()
        if value is None or kind == "?":
            continue
        here = Ref(place.resource, path)
        why = _why_not(api, value, kind)
        if why:
            yield refuse(here, why)
        elif isinstance(value, list):
            waiting += [((*path, at), item, kind[:-2]) for at, item in enumerate(value)]
        elif kind.endswith("{}"):
            waiting += [((*path, name), item, kind[:-2]) for name, item in value.items()]
        elif isinstance(value, dict):
            message = _message(value) if kind == "any" else kind
            if message in api.types:
                yield from _check_names(here, value, message)
                fields = api.types[message]
                waiting += [
                    ((*path, name), item, fields.get(_snake(name), "?"))
                    for name, item in value.items()
                ]


def _check_names(place: Ref, value: Mapping[str, Any], message: str) -> Iterator[Fault]:
    """Warn about fields that a message does not have, and about one that it lacks."""
    fields = _api().types[message]
    if "typed_config" in fields and not _is_configured(value):
        yield warn(place, "this extension has a name alone; Envoy goes by its typed_config")
    for name in value:
        if name != "@type" and _snake(name) not in fields:
            where = Ref(place.resource, (*place.path, name), key=True)
            title = message.rpartition(".")[2]
            yield warn(
                where,
                f"Envoy's {title} has no field {quoted(name)}, so istiod passes over it"
                f"{closest(_snake(name), fields)}",
            )


def _snake(name: object) -> str:
    """Spell a field as Envoy's API does; configuration may also write it as JSON does."""
    return _CAPITAL.sub(lambda capital: "_" + capital[0].lower(), str(name))


def _message(value: Mapping[str, Any]) -> str:
    """Name the message that an ``@type`` stands for."""
    url = value.get("@type")
    return url.rpartition("/")[2] if isinstance(url, str) else ""


def _is_configured(value: Mapping[str, Any]) -> bool:
    return any(
        value.get(key) is not None
        for key in ("typed_config", "typedConfig", "config_discovery", "configDiscovery")
    )


def _why_not(api: _Api, value: Any, kind: str) -> str | None:
    """Say why a value is not of a type; what lies within is not looked at."""
    if kind.endswith("[]"):
        return None if isinstance(value, list) else "Envoy takes a list here"
    if kind.endswith("{}") or kind in api.types:
        return None if isinstance(value, dict) else f"Envoy takes a mapping here, not {show(value)}"
    if kind == "any":
        return _why_not_any(api, value)
    if kind.startswith("enum "):
        return _why_not_enum(value, api.enums[kind.removeprefix("enum ")])
    if kind == "bool":
        return (
            None
            if isinstance(value, bool)
            else f"Envoy takes true or false here, not {show(value)}"
        )
    if kind in _TEXTS:
        is_formed, name = _TEXTS[kind]
        if isinstance(value, str) and is_formed(value):
            return None
        return f"Envoy takes {name} here, not {show(value)}"
    return _why_not_number(value, kind)


def _why_not_any(api: _Api, value: Any) -> str | None:
    name = _message(value) if isinstance(value, dict) else ""
    if not name:
        return "a typed_config and its like need an @type: type.googleapis.com/NAME-OF-A-MESSAGE"
    if "." not in name:
        return f"{quoted(name)} is not the name of a message, such as envoy.extensions.filters.http.lua.v3.Lua"
    if name.startswith("envoy.") and any(part.startswith("v2") for part in name.split(".")):
        return f"{name} is of Envoy's second API, which is gone; use the one of its third"
    package, _, message = name.rpartition(".")
    known = api.packages.get(package)
    if known and message not in known:
        return f"{package} has no message {message}{closest(message, known)}"
    return None


def _why_not_enum(value: Any, names: list[str]) -> str | None:
    if value in names or _is_integer(value):
        return None
    return f"{show(value)} is not one of {listed(names)}"


def _why_not_number(value: Any, kind: str) -> str | None:
    text = value.strip() if isinstance(value, str) else value
    if kind == "number":
        is_number = isinstance(text, int | float) and not isinstance(text, bool)
        if is_number or (isinstance(text, str) and _NUMBER.fullmatch(text)):
            return None
        return f"Envoy takes a number here, not {show(value)}"
    if not (_is_integer(text) or (isinstance(text, str) and _INTEGER.fullmatch(text))):
        return f"Envoy takes a whole number here, not {show(value)}"
    low, high = _RANGES[kind]
    number = float(text) if isinstance(text, str) else text
    return None if low <= number <= high else f"{value} is not within {low} to {high}"


def _is_integer(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer()
    return isinstance(value, int) and not isinstance(value, bool)
