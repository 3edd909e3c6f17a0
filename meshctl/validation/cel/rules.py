"""The rules that Istio's CRDs write in CEL, as functions.

Each rule gets a value that fits the schema and says where it is broken, and why: nothing when it
holds. What makes CEL fail (a text that is no number or URL) breaks the rule, as in the API server.
The texts are those of Istio 1.31, manifests/charts/base/files/crd-all.gen.yaml.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from meshctl.istio.durations import nanoseconds
from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.view import Path
from meshctl.validation.urls import scheme_of
from meshctl.validation.wording import listed, show


class BrokenRule(NamedTuple):
    """Where a rule is broken, seen from the value it is about, and why."""

    path: Path
    message: str
    key: bool = False


Rule = Callable[[Any], Iterator[BrokenRule]]

_MOST_PORT = 65535
_PORT_NAME = lazy_pattern(r"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?")
_LONGEST_PORT_NAME = 62
_UNIX = "unix://"
_COUNTED = lazy_pattern(r"\(has\(self\.(\w+)\) \? 1 : 0\)(?: \+ |(?= <= 1$))")
_DURATION = lazy_pattern(r"duration\(self\) >= duration\('(\w+)'\)")


def find_rule(text: str) -> Rule | None:
    """Find the rule with a text, whatever its line breaks; ``None`` for an unknown one."""
    plain = " ".join(text.split())
    if plain in _RULES:
        return _RULES[plain]
    if plain.endswith(" <= 1") and not _COUNTED.sub("", plain).removesuffix(" <= 1").strip():
        return _at_most_one(tuple(_COUNTED.findall(plain)))
    match = _DURATION.fullmatch(plain)
    least = nanoseconds(match[1]) if match else None
    return _at_least(least, match[1]) if match and least is not None else None


def _has(value: Any, name: str) -> bool:
    return isinstance(value, dict) and value.get(name) is not None


def _at_most_one(names: tuple[str, ...]) -> Rule:
    def rule(value: Any) -> Iterator[BrokenRule]:
        written = [name for name in names if _has(value, name)]
        if len(written) > 1:
            why = f"{' and '.join(written)} exclude each other; write one of {listed(names)}"
            yield BrokenRule((written[1],), why, key=True)

    return rule


def _at_least(least: int, text: str) -> Rule:
    def rule(value: Any) -> Iterator[BrokenRule]:
        length = nanoseconds(value)
        if length is None or abs(length) >= 2**63:
            yield BrokenRule((), f"{show(value)} is no duration such as 5s, 1m30s or 250ms")
        elif length < least:
            yield BrokenRule((), f"{show(value)} is shorter than {text}, the least that is allowed")

    return rule


def _of_schemes(*schemes: str, adds_http: bool) -> Rule:
    """A URL of some schemes; ``adds_http`` takes a bare host and path too."""

    def rule(value: Any) -> Iterator[BrokenRule]:
        scheme = scheme_of(value)
        if scheme is None and adds_http:
            scheme = scheme_of(f"http://{value}")
        allowed = listed(f"{each_scheme}://" for each_scheme in schemes)
        if scheme is None:
            yield BrokenRule((), f"{show(value)} is no URL; begin it with one of {allowed}")
        elif scheme not in schemes and not (adds_http and not scheme):
            yield BrokenRule((), f"{show(value)} has the scheme {scheme or '(none)'}; "
                             f"one of {allowed} is allowed")  # fmt: skip

    return rule


def _wasm_or_lua(value: Any) -> Iterator[BrokenRule]:
    if _has(value, "wasm") == _has(value, "lua"):
        yield BrokenRule((), "exactly one of wasm and lua is needed", key=True)


def _keys_without_star(value: Any) -> Iterator[BrokenRule]:
    for key in value:
        if "*" in key:
            yield BrokenRule((key,), f"the label key {show(key)} holds a *, and labels know none",
                         key=True)  # fmt: skip


def _keys_not_empty(value: Any) -> Iterator[BrokenRule]:
    if "" in value:
        yield BrokenRule(("",), "the label key is empty", key=True)


def _without_star(value: Any) -> Iterator[BrokenRule]:
    if "*" in value:
        yield BrokenRule((), f"the label value {show(value)} holds a *, and labels know none")


def _empty(value: Any) -> Iterator[BrokenRule]:
    if value:
        yield BrokenRule((), f"{show(value)} names another namespace, which is not supported; "
                         "leave it out")  # fmt: skip


def _inline_value(value: Any) -> Iterator[BrokenRule]:
    if value.get("valueFrom") == "HOST" and _has(value, "value"):
        yield BrokenRule(("value",), "valueFrom is HOST, so the value comes from there; leave it out",
                     key=True)  # fmt: skip


def _waypoint_match(value: Any) -> Iterator[BrokenRule]:
    is_waypoint = value.get("context") == "WAYPOINT"
    if is_waypoint and not _has(value, "waypoint"):
        yield BrokenRule(("context",), "the context WAYPOINT needs a waypoint match beside it")
    elif not is_waypoint and _has(value, "waypoint"):
        yield BrokenRule(("waypoint",), "a waypoint match needs the context WAYPOINT", key=True)


def _port(value: Any) -> Iterator[BrokenRule]:
    if not 0 < value <= _MOST_PORT:
        yield BrokenRule((), f"the port {show(value)} is not between 1 and {_MOST_PORT}")


def _cidr_resolution(value: Any) -> Iterator[BrokenRule]:
    resolution = value.get("resolution") or "NONE"
    if str(value.get("resolution")) in {"None", "NONE", "STATIC"}:
        return
    for index, address in enumerate(value.get("addresses") or ()):
        if "/" in address:
            why = f"the block {show(address)} needs the resolution NONE or STATIC, not {resolution}"
            yield BrokenRule(("addresses", index), why)
            return


def _none_without_endpoints(value: Any) -> Iterator[BrokenRule]:
    if str(value.get("resolution")) in {"None", "NONE"} and _has(value, "endpoints"):
        yield BrokenRule(("endpoints",), "the resolution NONE takes no endpoints; write STATIC or DNS",
                     key=True)  # fmt: skip


def _one_round_robin_endpoint(value: Any) -> Iterator[BrokenRule]:
    endpoints = value.get("endpoints") or ()
    if value.get("resolution") == "DNS_ROUND_ROBIN" and len(endpoints) > 1:
        why = f"the resolution DNS_ROUND_ROBIN takes one endpoint; there are {len(endpoints)}"
        yield BrokenRule(("endpoints", 1), why)


def _address_or_network(value: Any) -> Iterator[BrokenRule]:
    if not _has(value, "address") and not _has(value, "network"):
        yield BrokenRule(
            (), "an address is needed; only with a network can it be left out", key=True
        )


def _socket_without_ports(value: Any) -> Iterator[BrokenRule]:
    if str(value.get("address") or "").startswith(_UNIX) and _has(value, "ports"):
        yield BrokenRule(("ports",), "a unix:// address has no ports; leave them out", key=True)


def _socket_is_absolute(value: Any) -> Iterator[BrokenRule]:
    if value.startswith(_UNIX) and not value.startswith((f"{_UNIX}/", f"{_UNIX}@")):
        yield BrokenRule(
            (), f"{show(value)} needs an absolute path, or @ and a name, behind unix://"
        )


def _socket_is_file(value: Any) -> Iterator[BrokenRule]:
    if value.startswith(_UNIX) and value.endswith("/"):
        yield BrokenRule((), f"{show(value)} ends with a slash; a socket is no directory")


def _port_names(value: Any) -> Iterator[BrokenRule]:
    for key in value:
        if len(key) > _LONGEST_PORT_NAME or not _PORT_NAME.fullmatch(key):
            why = f"the port name {show(key)} takes up to 62 letters, digits and - within it"
            yield BrokenRule((key,), why, key=True)


def _not_star(value: Any) -> Iterator[BrokenRule]:
    if value == "*":
        yield BrokenRule((), "the host * would stand for everything; name a host or *.example.com")


def _port_numbers_differ(value: Any) -> Iterator[BrokenRule]:
    seen: dict[object, int] = {}
    for index, port in enumerate(value):
        number = port.get("number")
        if number in seen:
            yield BrokenRule((index, "number"), f"the port {show(number)} is listed twice")
        seen[number] = index


def _probe_scheme(value: Any) -> Iterator[BrokenRule]:
    if value not in {"", "HTTP", "HTTPS"}:
        yield BrokenRule((), f"the scheme {show(value)} is not HTTP or HTTPS")


def _accounts_alone(value: Any) -> Iterator[BrokenRule]:
    accounts = next((n for n in ("serviceAccounts", "notServiceAccounts") if _has(value, n)), None)
    for name in ("principals", "notPrincipals", "namespaces", "notNamespaces"):
        if accounts and _has(value, name):
            why = f"{name} cannot stand beside {accounts}, which names a namespace and an identity"
            yield BrokenRule((name,), why, key=True)


def _port_modes_need_selector(value: Any) -> Iterator[BrokenRule]:
    labels = (value.get("selector") or {}).get("matchLabels") or {}
    if _has(value, "portLevelMtls") and not labels:
        yield BrokenRule(("portLevelMtls",), "modes of single ports need a selector with matchLabels",
                     key=True)  # fmt: skip


def _port_keys(value: Any) -> Iterator[BrokenRule]:
    for key in value:
        if not re.fullmatch(r"[+-]?[0-9]{1,19}", key) or not 0 < int(key) <= _MOST_PORT:
            why = f"the port {show(key)} is not a number between 1 and {_MOST_PORT}"
            yield BrokenRule((key,), why, key=True)


def _upsert_value(value: Any) -> Iterator[BrokenRule]:
    if value.get("operation") == "UPSERT" and not value.get("value"):
        yield BrokenRule((), "the operation UPSERT needs a value", key=True)


def _remove_without_value(value: Any) -> Iterator[BrokenRule]:
    if value.get("operation") == "REMOVE" and _has(value, "value"):
        yield BrokenRule(("value",), "the operation REMOVE takes no value", key=True)


_RULES: dict[str, Rule] = {
    "has(self.wasm) != has(self.lua)": _wasm_or_lua,
    'self.all(key, !key.contains("*"))': _keys_without_star,
    "self.all(key, key.size() != 0)": _keys_not_empty,
    '!self.contains("*")': _without_star,
    "self.size() == 0": _empty,
    'isURL(self) ? (url(self).getScheme() in ["", "http", "https", "file", "oci"]) : '
    '(isURL("http://" + self) && url("http://" + self).getScheme() in '
    '["", "http", "https", "file", "oci"])': _of_schemes(
        "oci", "https", "http", "file", adds_http=True
    ),
    'isURL(self) ? (url(self).getScheme() in ["", "http", "https", "oci", "file"]) : '
    '(isURL("http://" + self) && url("http://" + self).getScheme() in '
    '["", "http", "https", "oci", "file"])': _of_schemes(
        "oci", "https", "http", "file", adds_http=True
    ),
    'url(self).getScheme() in ["http", "https"]': _of_schemes("https", "http", adds_http=False),
    '(has(self.valueFrom) ? self.valueFrom : "") != "HOST" || !has(self.value)': _inline_value,
    'has(self.context) ? ((self.context == "WAYPOINT") ? has(self.waypoint) : '
    "!has(self.waypoint)) : !has(self.waypoint)": _waypoint_match,
    "0 < self && self <= 65535": _port,
    '!((has(self.addresses) ? self.addresses : []).exists(k, k.contains("/")) && '
    '!((has(self.resolution) ? self.resolution : "NONE") in ["STATIC", "NONE"]))': _cidr_resolution,
    '((has(self.resolution) ? self.resolution : "NONE") == "NONE") ? !has(self.endpoints) : '
    "true": _none_without_endpoints,
    '((has(self.resolution) ? self.resolution : "") == "DNS_ROUND_ROBIN") ? '
    "((has(self.endpoints) ? self.endpoints : []).size() <= 1) : true": _one_round_robin_endpoint,
    "has(self.address) || has(self.network)": _address_or_network,
    '(has(self.address) ? self.address : "").startsWith("unix://") ? !has(self.ports) : '
    "true": _socket_without_ports,
    'self.startsWith("unix://") ? (self.substring(7, 8) == "/" || '
    'self.substring(7, 8) == "@") : true': _socket_is_absolute,
    'self.startsWith("unix://") ? !self.endsWith("/") : true': _socket_is_file,
    'self.all(key, size(key) < 63 && key.matches("^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$"))':
        _port_names,
    'self != "*"': _not_star,
    "self.all(l1, self.exists_one(l2, l1.number == l2.number))": _port_numbers_differ,
    'self in ["", "HTTP", "HTTPS"]': _probe_scheme,
    "(has(self.serviceAccounts) || has(self.notServiceAccounts)) ? (!has(self.principals) && "
    "!has(self.notPrincipals) && !has(self.namespaces) && !has(self.notNamespaces)) : true":
        _accounts_alone,
    "has(self.portLevelMtls) ? (((has(self.selector) && has(self.selector.matchLabels)) ? "
    "self.selector.matchLabels : {}).size() > 0) : true": _port_modes_need_selector,
    "self.all(key, 0 < int(key) && int(key) <= 65535)": _port_keys,
    '((has(self.operation) ? self.operation : "") == "UPSERT") ? (self.value != "") : true':
        _upsert_value,
    '((has(self.operation) ? self.operation : "") == "REMOVE") ? !has(self.value) : true':
        _remove_without_value,
}  # fmt: skip
