"""Puts objects of an unknown namespace into every namespace that the input names, or apart."""

from collections.abc import Sequence

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources import Resource
from meshctl.resources.resource import UNKNOWN_NAMESPACE

_IN_HOST = lazy_pattern(r"[\w-]\.([a-z0-9][a-z0-9-]*)\.svc\b|[\"'\s\[]([a-z0-9][a-z0-9-]*)/[a-z*]")

_SPREAD = 4
"""How many times the size of the input the copies may be; namespaces beyond that are left out,
those that few objects name first."""


def elsewhere(
    resources: Sequence[Resource],
) -> tuple[list[Resource], dict[Resource, tuple[Resource, ...]]]:
    """Copy objects of an unknown namespace into the others.

    Gives all resources with the copies, and for each resource what stands for it.
    """
    homeless = [resource for resource in resources if resource.namespace == UNKNOWN_NAMESPACE]
    homes = _named(resources, homeless)
    room = max(1, _SPREAD * len(resources) // len(homeless))
    everywhere = list(resources)
    stand_ins: dict[Resource, tuple[Resource, ...]] = {
        resource: (resource,) for resource in resources
    }
    for one in homeless:
        copies = tuple(_moved(one, home) for home in homes[:room])
        everywhere += copies
        stand_ins[one] = (one, *copies)
    return everywhere, stand_ins


def apart(
    resources: Sequence[Resource],
) -> tuple[list[Resource], dict[Resource, tuple[Resource, ...]]]:
    """Give the objects of each directory that name no namespace a namespace of their own.

    Files of one directory, or of one kustomization, are applied together; those of several may go
    to several namespaces. Gives all resources, and for each what stands for it; nothing where one
    directory has all of them.
    """
    units = {_unit(resource) for resource in resources if resource.namespace == UNKNOWN_NAMESPACE}
    if len(units) <= 1:
        return [], {}
    homes = {unit: f"<namespace {number}>" for number, unit in enumerate(sorted(units))}
    stand_ins: dict[Resource, tuple[Resource, ...]] = {
        resource: (
            _moved(resource, homes[_unit(resource)])
            if resource.namespace == UNKNOWN_NAMESPACE
            else resource,
        )
        for resource in resources
    }
    return [moved for several in stand_ins.values() for moved in several], stand_ins


def _unit(resource: Resource) -> str:
    return resource.document.placement.unit or resource.directory


def _named(resources: Sequence[Resource], homeless: Sequence[Resource]) -> list[str]:
    """List the namespaces that objects or hosts name, the most named ones first."""
    counts: dict[str, int] = {}
    for resource in resources:
        home = resource.name if resource.kind == "Namespace" else resource.namespace
        counts[home] = counts.get(home, 0) + 1
    for text in {resource.document.text for resource in homeless}:
        for match in _IN_HOST.finditer(text):
            home = match[1] or match[2]
            counts[home] = counts.get(home, 0) + 1
    counts.pop(UNKNOWN_NAMESPACE, None)
    counts.pop("", None)
    return sorted(counts, key=lambda home: (-counts[home], home))


def _moved(resource: Resource, namespace: str) -> Resource:
    moved = type(resource)(resource.document, resource.data, resource.prefix, namespace)
    moved.namespace = namespace
    return moved
