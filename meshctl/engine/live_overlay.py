"""Lays files over the objects of a cluster, as applying them would."""

from collections.abc import Sequence
from typing import Any

from meshctl.mesh.workloads.workloads import controller_of
from meshctl.resources import Resource, Workload

_Identity = tuple[str, str, str, str]


def overlay(live: Sequence[Resource], files: Sequence[Resource]) -> tuple[Resource, ...]:
    """Put the objects of files in the place of the same live ones, and beside the others.

    They stay as old as what they replace. Pods of a workload whose template changes are made anew,
    so that those running now say nothing any more.
    """
    known = {_identity(resource): resource for resource in live}
    laid = tuple(_as_old_as(known.get(_identity(resource)), resource) for resource in files)
    replaced = {_identity(resource) for resource in files}
    renewed = {
        (resource.namespace, resource.name)
        for resource in files
        if isinstance(resource, Workload) and _renews_pods(known.get(_identity(resource)), resource)
    }
    kept = (resource for resource in live if _identity(resource) not in replaced)
    return (*(resource for resource in kept if not _is_pod_of(resource, renewed)), *laid)


def _identity(resource: Resource) -> _Identity:
    return resource.group, resource.kind, resource.namespace, resource.name


def _as_old_as(live: Resource | None, written: Resource) -> Resource:
    """Give an object the age that it keeps when it is applied over another one."""
    stamp = live.metadata.get("creationTimestamp") if live is not None else None
    if stamp is None or not isinstance(written.data.get("metadata"), dict):
        return written
    data = {**written.data, "metadata": {**written.metadata, "creationTimestamp": stamp}}
    return type(written)(written.document, data, written.prefix, written.namespace)


def _renews_pods(live: Resource | None, written: Workload) -> bool:
    return (
        isinstance(live, Workload)
        and live.kind != "Pod"
        and not _is_within(written.template.data, live.template.data)
    )


def _is_pod_of(resource: Resource, workloads: set[tuple[str, str]]) -> bool:
    if not workloads or not isinstance(resource, Workload) or resource.kind != "Pod":
        return False
    return controller_of(resource) in workloads


def _is_within(part: Any, whole: Any) -> bool:
    """Does the API server hold already what is written, apart from what it adds itself?"""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(_is_within(value, whole.get(key)) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list) and len(part) == len(whole):
        return all(_is_within(item, other) for item, other in zip(part, whole, strict=True))
    return bool(part == whole)
