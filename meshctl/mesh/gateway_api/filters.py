"""Converts the filters of a rule to what a VirtualService has.

Mirrors createHeadersFilter, createRedirectFilter, createRewriteFilter and createCorsFilter
(pilot/pkg/config/kube/gateway/conversion.go, Istio 1.31), with the defaults of the CRDs.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from meshctl.mesh.gateway_api.status.conditions import Fault
from meshctl.re2.quoting import quote_meta
from meshctl.resources import Ref, View
from meshctl.words import quoted

_ANY_ORIGIN = r"^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s?#]+$"
_FOUND = 302
_MAX_AGE = 5
_TAB, _FIRST, _DELETE = 0x09, 0x20, 0x7F


def header_operations(modifier: View) -> tuple[dict[str, Any], Fault | None]:
    """Read a header modifier as ``set``, ``add`` and ``remove``; a bad value is a fault."""
    for key in ("set", "add"):
        for index, data in modifier.items(key):
            value = data.get("value")
            if isinstance(value, str) and not _is_header_value(value):
                text = f"header {quoted(data.get('name'))} has characters that no header may have"
                return {}, Fault("InvalidFilter", text, modifier.at(key, index, "value"))
    found: dict[str, Any] = {}
    for key in ("set", "add"):
        headers = _by_name(modifier.data.get(key))
        if headers:
            found[key] = headers
    if modifier.texts("remove"):
        found["remove"] = list(modifier.texts("remove"))
    return found, None


def redirect(data: View) -> dict[str, Any]:
    """Read a RequestRedirect: 302 unless written, and the port of the request."""
    found: dict[str, Any] = {"redirectCode": data.number("statusCode") or _FOUND}
    if data.has("hostname"):
        found["authority"] = data.text("hostname")
    if data.has("scheme"):
        found["scheme"] = data.text("scheme")
    if data.has("port"):
        found["port"] = data.number("port")
    else:
        has_scheme = data.has("scheme")
        found["derivePort"] = "FROM_PROTOCOL_DEFAULT" if has_scheme else "FROM_REQUEST_PORT"
    path = data.child("path")
    match path.text("type"):
        case "ReplaceFullPath":
            found["uri"] = path.text("replaceFullPath")
        case "ReplacePrefixMatch":
            found["prefixRewrite"] = path.text("replacePrefixMatch")
    return found


def rewrite(data: View) -> dict[str, Any]:
    """Read a URLRewrite; ``/`` for a prefix takes the prefix away."""
    found: dict[str, Any] = {}
    path = data.child("path")
    match path.text("type"):
        case "ReplacePrefixMatch":
            found["uri"] = path.text("replacePrefixMatch").removesuffix("/") or "/"
        case "ReplaceFullPath":
            full = path.text("replaceFullPath")
            found["uriRegexRewrite"] = {"match": "/.*", "rewrite": full}
    if data.has("hostname"):
        found["authority"] = data.text("hostname")
    return found


def mirror_percentage(mirror: View) -> dict[str, Any]:
    """Read how many of the requests are mirrored; empty for all of them."""
    fraction = mirror.child("fraction")
    if mirror.has("fraction"):
        whole = fraction.number("denominator") or 100
        return {"percentage": {"value": 100 * (fraction.number("numerator") or 0) / whole}}
    percent = mirror.number("percent")
    return {} if percent is None else {"percentage": {"value": percent}}


def cors_policy(data: View) -> dict[str, Any]:
    """Read a CORS filter; browsers may keep an answer for 5 seconds unless it says otherwise."""
    origins = [_origin(text) for text in data.texts("allowOrigins") if text]
    found: dict[str, Any] = {"allowOrigins": origins} if origins else {}
    if data.flag("allowCredentials"):
        found["allowCredentials"] = True
    for key in ("allowMethods", "allowHeaders", "exposeHeaders"):
        if data.texts(key):
            found[key] = list(data.texts(key))
    age = data.number("maxAge") if data.has("maxAge") else _MAX_AGE
    if age and age > 0:
        found["maxAge"] = f"{age}s"
    found["unmatchedPreflights"] = "IGNORE"
    return found


def unknown_filter(filter_type: str, place: Ref) -> Fault:
    """Say that Istio has no such filter."""
    return Fault("InvalidFilter", f"Istio has no filter of type {filter_type}", place)


def _origin(text: str) -> Mapping[str, str]:
    if text == "*":
        return {"regex": _ANY_ORIGIN}
    if "*" not in text:
        return {"exact": text}
    if text.count("*") == 1 and text.endswith("*"):
        return {"prefix": text[:-1]}
    return {"regex": f"^{quote_meta(text).replace(quote_meta('*'), '.*')}$"}


def _by_name(headers: Any) -> dict[str, str]:
    """Take the first of each name, in lower case."""
    found: dict[str, str] = {}
    several: Iterable[Any] = headers if isinstance(headers, list) else ()
    for one in several:
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            found.setdefault(one["name"].lower(), str(one.get("value", "")))
    return found


def _is_header_value(text: str) -> bool:
    return all(byte == _TAB or (byte >= _FIRST and byte != _DELETE) for byte in text.encode())
