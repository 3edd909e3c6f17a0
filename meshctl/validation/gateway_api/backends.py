"""What is asked of a BackendTLSPolicy."""

from collections.abc import Iterator
from typing import Any

from meshctl.validation.gateway_api.walk import Broken, Mapping, items, repeated

_NAMES = {"Hostname": "hostname", "URI": "uri"}


def check(spec: Mapping) -> Iterator[Broken]:
    """Report targets that are named twice, and what is said of certificates."""
    several: dict[tuple[Any, ...], list[tuple[tuple[str | int, ...], str]]] = {}
    for path, target in items(spec, "targetRefs"):
        key = target["group"], target["kind"], target["name"]
        several.setdefault(key, []).append((path, target.get("sectionName") or ""))
    for same in several.values():
        whole = next((path for path, section in same if not section), None)
        if whole is not None and any(section for _, section in same):
            yield Broken(whole, "another entry names a section of this target; name one here, too")
            continue
        for path in repeated(same):
            yield Broken(path, "this target is in the list twice")
    validation = spec.get("validation") or {}
    own, system = validation.get("caCertificateRefs"), validation.get("wellKnownCACertificates")
    if own and system:
        why = "caCertificateRefs and wellKnownCACertificates exclude each other"
        yield Broken(("validation", "wellKnownCACertificates"), why, key=True)
    if not own and not system:
        why = "this needs caCertificateRefs, or wellKnownCACertificates: System"
        yield Broken(("validation",), why, key=True)
    for path, name in items(validation, "subjectAltNames", ("validation",)):
        yield from _name(name, path)


def _name(name: Mapping, path: tuple[str | int, ...]) -> Iterator[Broken]:
    for kind, field in _NAMES.items():
        if name["type"] == kind and not name.get(field):
            yield Broken((*path, "type"), f"a name of type {kind} needs the field {field}")
        elif name["type"] != kind and name.get(field):
            yield Broken((*path, field), f"{field} is for names of type {kind} alone", key=True)
