"""Says in which order the parts of a change have to be applied, so that nobody gets 503 meanwhile.

A route to a subset or host that its proxy has no cluster for answers 503 (NC) until both are
there: what is used is made first, and what is no longer used is removed last ("make before break").
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from meshctl.inspect.changes.changed_objects import ChangedObject
from meshctl.mesh import Mesh
from meshctl.resources import (
    Destination,
    DestinationRule,
    Resource,
    Service,
    ServiceEntry,
    VirtualService,
)
from meshctl.words import quoted


class OrderHazard(NamedTuple):
    """Two changed objects: ``first`` has to be applied before ``then``.

    Where something ``goes``, ``first`` has to be changed or deleted before ``then`` is.
    """

    message: str
    first: Resource
    then: Resource
    goes: bool = False


def order_hazards(old: Mesh, new: Mesh, changed: Iterable[ChangedObject]) -> list[OrderHazard]:
    """List the hazards of a change, each pair of objects once."""
    several = list(changed)
    found = [*_used_too_early(old, new, several), *_removed_too_early(old, new, several)]
    pairs: dict[tuple[str, str, str], OrderHazard] = {}
    for order_hazard in found:
        pairs.setdefault(
            (order_hazard.first.title, order_hazard.then.title, order_hazard.message), order_hazard
        )
    return list(pairs.values())


def _used_too_early(
    old: Mesh, new: Mesh, changed: Iterable[ChangedObject]
) -> Iterator[OrderHazard]:
    """Walk routes of the new mesh to what only the new mesh has."""
    making = list(changed)
    for changed_object in making:
        for destination in _destinations(changed_object.now):
            host = new.traffic.routes.full_host(destination)
            subset = destination.subset
            if subset and not _defines(old, host, subset):
                for rule in _rules(making, host, subset, is_new=True):
                    text = f"subset {quoted(subset)} of {host} is used before it exists: 503 until then"
                    yield OrderHazard(text, rule, destination.resource)
            if not old.registry.has(host):
                for source in _sources(making, new, host, is_new=True):
                    text = f"{host} is routed to before it exists: 503 until then"
                    yield OrderHazard(text, source, destination.resource)


def _removed_too_early(
    old: Mesh, new: Mesh, changed: Iterable[ChangedObject]
) -> Iterator[OrderHazard]:
    """Walk routes of the old mesh to what the new mesh no longer has."""
    breaking = list(changed)
    for changed_object in breaking:
        for destination in _destinations(changed_object.was):
            host = old.traffic.routes.full_host(destination)
            subset = destination.subset
            if subset and _defines(old, host, subset) and not _defines(new, host, subset):
                for rule in _rules(breaking, host, subset, is_new=False):
                    text = f"subset {quoted(subset)} of {host} is removed while routes use it: 503"
                    yield OrderHazard(text, destination.resource, rule, goes=True)
            if old.registry.has(host) and not new.registry.has(host):
                for source in _sources(breaking, old, host, is_new=False):
                    text = f"{host} is removed while routes lead to it: 503"
                    yield OrderHazard(text, destination.resource, source, goes=True)


def _destinations(resource: Resource | None) -> Iterator[Destination]:
    if isinstance(resource, VirtualService):
        for route in resource.routes:
            yield from route.destinations


def _defines(mesh: Mesh, host: str, subset: str) -> bool:
    rules = mesh.traffic.destination_rules.covering(host)
    return any(one.name == subset for rule in rules for one in rule.subsets)


def _rules(
    changed: Iterable[ChangedObject], host: str, subset: str, *, is_new: bool
) -> Iterator[DestinationRule]:
    for changed_object in changed:
        rule = changed_object.now if is_new else changed_object.was
        if isinstance(rule, DestinationRule) and any(s.name == subset for s in rule.subsets):
            name = rule.host if "." in rule.host else f"{rule.host}.{rule.namespace}."
            if host == name or host.startswith(name):
                yield (
                    changed_object.either
                    if isinstance(changed_object.either, DestinationRule)
                    else rule
                )


def _sources(
    changed: Iterable[ChangedObject], mesh: Mesh, host: str, *, is_new: bool
) -> Iterator[Resource]:
    for changed_object in changed:
        source = changed_object.now if is_new else changed_object.was
        declared = mesh.registry.of(source) if isinstance(source, Service | ServiceEntry) else ()
        if any(each.host == host for each in declared):
            yield changed_object.either
