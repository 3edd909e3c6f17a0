"""What is asked of the parents of a route, and of the names of its rules."""

from collections.abc import Iterator
from typing import Any

from meshctl.validation.gateway_api.walk import Broken, Mapping, items, repeated
from meshctl.validation.wording import show


def check(spec: Mapping) -> Iterator[Broken]:
    """Report parents that are named twice, and rules with one name."""
    several: dict[tuple[Any, ...], list[tuple[tuple[str | int, ...], Mapping]]] = {}
    for path, parent in items(spec, "parentRefs"):
        several.setdefault(_target(parent), []).append((path, parent))
    for same in several.values():
        sections = [(path, parent.get("sectionName") or "") for path, parent in same]
        whole = next((path for path, section in sections if not section), None)
        if whole is not None and any(section for _, section in sections):
            why = "another entry names a section of this parent; name one here, too"
            yield Broken(whole, why)
            continue
        ports = {path: parent.get("port") or 0 for path, parent in same}
        for path in repeated((path, (section, ports[path])) for path, section in sections):
            yield Broken(path, "this parent is in the list twice")
    names = ((path, rule["name"]) for path, rule in items(spec, "rules") if rule.get("name"))
    known = dict(names)
    for path in repeated(known.items()):
        yield Broken((*path, "name"), f"another rule has the name {show(known[path])}")


def _target(parent: Mapping) -> tuple[Any, ...]:
    group = parent.get("group", "gateway.networking.k8s.io")
    return group, parent.get("kind", "Gateway"), parent["name"], parent.get("namespace") or ""
