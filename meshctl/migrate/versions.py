"""Moves objects of kinds that stay to the version that Istio prefers, in place.

The schemas of v1alpha3, v1beta1 and v1 are one (manifests/charts/base/files/crd-all.gen.yaml, Istio
1.31), so that the version is all that changes, but for fields that the first releases of v1alpha3 had
(api/networking/v1alpha3 of release-1.0) and none has today.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from meshctl.istio.api_versions import served_versions
from meshctl.migrate.results import Note, Row, Status
from meshctl.resources import Resource, View
from meshctl.resources.view import views

_MOVED = {
    "appendHeaders": ("request", "add"), "appendRequestHeaders": ("request", "add"),
    "removeRequestHeaders": ("request", "remove"), "appendResponseHeaders": ("response", "add"),
    "removeResponseHeaders": ("response", "remove"),
}  # fmt: skip
_GONE = {"websocketUpgrade": "upgrades to WebSocket are always on today"}


def newer_version(resource: Resource) -> str:
    """The version an object should name; empty where it names it, or where nobody knows it."""
    versions = served_versions(resource.group, resource.kind)
    wanted = f"{resource.group}/{versions[0]}" if versions else ""
    return wanted if wanted != resource.api_version else ""


def newest(resource: Resource) -> dict[str, Any]:
    """Give an object in the version that Istio prefers, with fields of today."""
    version = newer_version(resource) or resource.api_version
    found = {**resource.data, "apiVersion": version}
    if any(_old_fields(resource)):
        spec = resource.spec.data
        found["spec"] = {**spec, "http": [_mended(route) for route in spec["http"]]}
    return found


def convert(resource: Resource) -> Row | None:
    """Move one object; ``None`` where it is as it should be."""
    notes = tuple(_notes(resource))
    if not newer_version(resource) and not notes:
        return None
    return Row(resource, notes=notes, after=newest(resource))


def _old_fields(resource: Resource) -> Iterator[tuple[View, str]]:
    """Walk the fields of http routes and their destinations that are gone."""
    if resource.kind != "VirtualService":
        return
    for route in views(resource.spec, "http", View):
        for view in (route, *views(route, "route", View)):
            yield from ((view, key) for key in view.names() if key in _MOVED or key in _GONE)


def _notes(resource: Resource) -> Iterator[Note]:
    for view, key in _old_fields(resource):
        text = _GONE.get(key) or f"{key} is headers.{'.'.join(_MOVED[key])} today"
        yield Note(Status.EXACT, text, view.at(key))


def _mended(route: Any) -> Any:
    """Write a route, and its destinations, with fields of today."""
    if not isinstance(route, dict):
        return route
    found = {key: value for key, value in route.items() if key not in _MOVED and key not in _GONE}
    for key, (part, operation) in _MOVED.items():
        if key in route:
            found["headers"] = _with(found.get("headers"), part, operation, route[key])
    if isinstance(found.get("route"), list):
        found["route"] = [_mended(destination) for destination in found["route"]]
    return found


def _with(headers: Any, part: str, operation: str, value: Any) -> dict[str, Any]:
    """Add an operation to those on headers that are written."""
    known: Mapping[str, Any] = headers if isinstance(headers, dict) else {}
    side = known.get(part) if isinstance(known.get(part), dict) else {}
    before = side.get(operation) if side else None
    if isinstance(before, dict) and isinstance(value, dict):
        value = {**before, **value}
    elif isinstance(before, list) and isinstance(value, list):
        value = [*before, *value]
    return {**known, part: {**(side or {}), operation: value}}
