"""Plans a Sidecar for each namespace or workload that none limits, and counts what it saves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, NamedTuple

from meshctl.generate.dependencies.known_calls import KnownCall, KnownCalls
from meshctl.generate.sidecar.entries import EgressEntries, EgressEntry
from meshctl.inspect.size.answer import MemoryModel, predicted
from meshctl.mesh import Mesh
from meshctl.mesh.proxy_config_size.config_size import ConfigSize
from meshctl.mesh.proxy_config_size.config_sizes import ConfigSizes
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.workloads import is_generated_label
from meshctl.resources import Sidecar, Workload, make_resource
from meshctl.sources.documents import Document

NAMESPACE, WORKLOAD = "namespace", "workload"


class SidecarSize(NamedTuple):
    """What one of its proxies is sent, of the mean over all of them, and what all need in MiB."""

    clusters: float
    listeners: float
    config_bytes: float
    total_mib: float


@dataclass(frozen=True, slots=True)
class SidecarPlan:
    """One Sidecar: whom it is for, what it imports and why, and what it changes."""

    namespace: str
    workload: str | None
    proxies: int
    entries: tuple[EgressEntry, ...]
    before: SidecarSize
    after: SidecarSize
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """What no Sidecar is written for, and why."""

    namespace: str
    workload: str | None
    why: str


@dataclass(frozen=True, slots=True)
class SidecarAnswer:
    """All Sidecars, what is left alone, and by which model memory is told."""

    sidecars: tuple[SidecarPlan, ...]
    left_alone: tuple[LeftAlone, ...]
    model: MemoryModel


class _Group(NamedTuple):
    """The workloads that one Sidecar is for."""

    namespace: str
    workload: str | None
    labels: Mapping[str, str]
    members: Sequence[Workload]


class SidecarQuestion(NamedTuple):
    """One Sidecar ``per`` namespace or workload; of the ``shown`` namespaces, or of all.

    ``is_exact``: of the own namespace, too, only what is known to be called.
    """

    per: str = NAMESPACE
    shown: Sequence[str] = ()
    is_exact: bool = False


def plan_sidecars(
    mesh: Mesh, calls: KnownCalls, model: MemoryModel, asked: SidecarQuestion
) -> SidecarAnswer:
    """Plan Sidecars for the workloads that none limits, and count what each saves."""
    groups, alone = _grouped(mesh, asked)
    entries = EgressEntries(mesh)
    found = [(one, _entries(one, calls, entries, is_exact=asked.is_exact)) for one in groups]
    manifests = [_manifest(mesh, group, needed) for group, needed in found]
    sizes, narrowed = ConfigSizes(mesh), ConfigSizes(with_objects(mesh, manifests))
    plans = []
    for (group, needed), manifest in zip(found, manifests, strict=True):
        before, after = (
            _size(mesh, config_sizes, group, model) for config_sizes in (sizes, narrowed)
        )
        if after.clusters < before.clusters:
            pods = sum(_pods(mesh, member) for member in group.members)
            plan = SidecarPlan(
                group.namespace, group.workload, pods, needed, before, after, manifest
            )
            plans.append(plan)
        else:
            why = "all that its proxies know is needed"
            alone.append(LeftAlone(group.namespace, group.workload, why))
    return SidecarAnswer(tuple(plans), tuple(alone), model)


def with_objects(mesh: Mesh, objects: Sequence[Mapping[str, Any]]) -> Mesh:
    """Give a mesh with more objects."""
    made = [make_resource(Document("", 1, "", data), dict(data), (), "default") for data in objects]
    return Mesh(
        (*mesh.resources, *made), mesh.config, is_whole=mesh.is_whole, knowledge=mesh.knowledge
    )  # fmt: skip


def _grouped(mesh: Mesh, asked: SidecarQuestion) -> tuple[list[_Group], list[LeftAlone]]:
    groups: list[_Group] = []
    alone: list[LeftAlone] = []
    for namespace in mesh.workloads.sidecar_homes:
        if asked.shown and namespace not in asked.shown:
            continue
        members = []
        for workload in _sidecars(mesh, namespace):
            limit = mesh.sidecar_scope.sidecar_of(workload)
            if limit is None:
                members.append(workload)
            else:
                alone.append(
                    LeftAlone(namespace, workload.name, f"{limit.title} limits it already")
                )
        if members and asked.per == NAMESPACE:
            groups.append(_Group(namespace, None, {}, members))
        for workload in members if asked.per == WORKLOAD else ():
            labels = {k: v for k, v in workload.pod_labels.items() if not is_generated_label(k)}
            others = mesh.workloads.find(labels, namespace)
            if labels and tuple(others) == (workload,):
                groups.append(_Group(namespace, workload.name, labels, [workload]))
            else:
                why = (
                    "its labels pick other workloads, too" if labels else "its pods have no labels"
                )
                alone.append(LeftAlone(namespace, workload.name, why))
    return groups, alone


def _sidecars(mesh: Mesh, namespace: str) -> Iterator[Workload]:
    for workload in mesh.workloads.in_mesh(namespace):
        if mesh.workloads.membership(workload) is Membership.SIDECAR and not is_gateway(workload):
            yield workload


def _entries(
    group: _Group, calls: KnownCalls, entries: EgressEntries, *, is_exact: bool
) -> tuple[EgressEntry, ...]:
    """A workload keeps its own namespace, unless Prometheus has seen what it calls."""
    known: list[KnownCall] = [call for member in group.members for call in calls.of(member)]
    known += calls.of_namespace(group.namespace)
    is_seen = group.workload is not None and all(map(calls.is_observed, group.members))
    return entries.of(known, group.namespace, keeps_own=not (is_exact or is_seen))


def _manifest(mesh: Mesh, group: _Group, entries: Sequence[EgressEntry]) -> dict[str, Any]:
    spec: dict[str, Any] = {"egress": [{"hosts": [entry.host for entry in entries]}]}
    if group.workload is not None:
        spec["workloadSelector"] = {"labels": dict(group.labels)}
    name = group.workload or "default"
    while mesh.named_in(Sidecar, name, group.namespace):
        name += "-egress"
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Sidecar",
        "metadata": {"name": name, "namespace": group.namespace},
        "spec": spec,
    }


def _size(mesh: Mesh, sizes: ConfigSizes, group: _Group, model: MemoryModel) -> SidecarSize:
    found: list[tuple[int, ConfigSize]] = [
        (_pods(mesh, member), sizes.config_of(member).size) for member in group.members
    ]
    return SidecarSize(
        mean(size.counts.clusters for _, size in found),
        mean(size.counts.listeners for _, size in found),
        mean(size.bytes.total for _, size in found),
        sum(pods * predicted(model, size.counts) for pods, size in found),
    )


def _pods(mesh: Mesh, workload: Workload) -> int:
    return mesh.workloads.replicas.of(workload) or 1
