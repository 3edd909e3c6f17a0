"""What is asked of the filters of a rule or backend."""

from collections.abc import Iterator, Sequence

from meshctl.resources.view import Path
from meshctl.validation.gateway_api.walk import Broken, Mapping, items, repeated
from meshctl.validation.wording import show

_FIELDS = {
    "RequestHeaderModifier": "requestHeaderModifier",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "URLRewrite": "urlRewrite",
    "ExtensionRef": "extensionRef",
}
_ONCE = frozenset(_FIELDS) - {"RequestMirror", "ExtensionRef"}
_REPLACEMENTS = {"ReplaceFullPath": "replaceFullPath", "ReplacePrefixMatch": "replacePrefixMatch"}


def check(holder: Mapping, path: Path) -> Iterator[Broken]:
    """Report filters of a rule or backend that don't fit their type or each other."""
    filters = list(items(holder, "filters", path))
    types = [(place, written["type"]) for place, written in filters if written["type"] in _ONCE]
    for place in repeated(types):
        yield Broken((*place, "type"), "there is a filter of this type already; join the two")
    for place, written in filters:
        yield from _of_type(written, place)
        yield from _replacement(written, place)
        yield from _mirror(written, place)
    names = [written["type"] for _, written in filters]
    if "RequestRedirect" in names and "URLRewrite" in names:
        at = names.index("URLRewrite")
        yield Broken((*filters[at][0], "type"), "a rule that redirects can't rewrite as well")


def replaces_prefix(holder: Mapping) -> Iterator[tuple[Path, str]]:
    """Walk the filters that replace the prefix which was matched, with their type."""
    for path, written in items(holder, "filters"):
        for name in ("requestRedirect", "urlRewrite"):
            if "replacePrefixMatch" in ((written.get(name) or {}).get("path") or {}):
                yield (*path, name, "path", "replacePrefixMatch"), written["type"]


def _of_type(mapping: Mapping, path: Path) -> Iterator[Broken]:
    """Report a filter without the settings of its type, and settings of another type."""
    field = _FIELDS.get(mapping["type"])
    if field is not None and field not in mapping:
        yield Broken((*path, "type"), f"a filter of type {mapping['type']} needs the field {field}")
    for other, name in _FIELDS.items():
        if name in mapping and name != field:
            yield Broken((*path, name), f"{name} is for filters of type {other} alone", key=True)


def _replacement(mapping: Mapping, path: Path) -> Iterator[Broken]:
    for name in ("requestRedirect", "urlRewrite"):
        found = (mapping.get(name) or {}).get("path")
        if not found:
            continue
        place = (*path, name, "path")
        field = _REPLACEMENTS.get(found["type"])
        if field is not None and field not in found:
            yield Broken((*place, "type"), f"{found['type']} needs the field {field}")
        for kind, other in _REPLACEMENTS.items():
            if other in found and other != field:
                yield Broken((*place, other), f"{other} is for type {kind} alone", key=True)


def _mirror(mapping: Mapping, path: Path) -> Iterator[Broken]:
    mirror = mapping.get("requestMirror") or {}
    if "percent" in mirror and "fraction" in mirror:
        why = "percent and fraction exclude each other"
        yield Broken((*path, "requestMirror", "fraction"), why, key=True)
    fraction: Sequence[int] = [
        (mirror.get("fraction") or {}).get(key, default)
        for key, default in (("numerator", 0), ("denominator", 100))
    ]
    if fraction[0] > fraction[1]:
        text = f"{show(fraction[0])} of {show(fraction[1])} is more than all"
        yield Broken((*path, "requestMirror", "fraction", "numerator"), text)
