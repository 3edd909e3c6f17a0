"""Answers ``size``: what each proxy is sent, the memory that takes, and what is ahead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from statistics import mean
from typing import NamedTuple

from meshctl.cluster.prometheus import Prometheus
from meshctl.errors import UsageError
from meshctl.inspect.size.measurement import (
    ControlPlane,
    control_plane,
    measured_memory,
    proxy_versions,
)
from meshctl.inspect.size.robust_fit import Line, NoLine, fit
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.mesh.gateways.gateway_workloads import is_router
from meshctl.mesh.proxy_config_size.config_size import ConfigBytes, ConfigCounts
from meshctl.mesh.proxy_config_size.config_sizes import ConfigSizes
from meshctl.mesh.proxy_config_size.sidecar_config import FIXED_CLUSTERS
from meshctl.mesh.sidecar_scope.proxy_memory import ENDPOINT_BYTES, UPSTREAM_BYTES
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.resources import Workload

SIDECAR, GATEWAY = "sidecar", "gateway"
BASE_MIB = 46.0
"""An Envoy that knows nothing, with its agent (published by istio-bench, Istio 1.6)."""
_MIB = 1024 * 1024
_HEADROOM = 1.2
_STEP_MIB = 16
_LIMIT = "sidecar.istio.io/proxyMemoryLimit"
_DEFAULT_LIMIT_MIB = 1024.0
_UNITS = {
    "Ki": 1 / 1024,
    "Mi": 1.0,
    "Gi": 1024.0,
    "K": 1e3 / _MIB,
    "M": 1e6 / _MIB,
    "G": 1e9 / _MIB,
}


@dataclass(frozen=True, slots=True)
class ProxyRow:
    """One workload: what each of its proxies is sent, and the memory of one in MiB.

    ``is_measured`` is false for memory that is an estimate.
    """

    namespace: str
    name: str
    kind: str
    pods: int
    counts: ConfigCounts
    bytes: ConfigBytes
    memory_mib: float
    is_measured: bool


@dataclass(frozen=True, slots=True)
class MemoryModel:
    """How memory grows: by a line through measurements, or by a documented estimate.

    ``why_no_line`` says why measurements don't carry one.
    """

    source: str
    base_mib: float
    mib_per_cluster: float
    low: float | None = None
    high: float | None = None
    points: int = 0
    why_no_line: str | None = None


@dataclass(frozen=True, slots=True)
class Saving:
    """What a Sidecar would save in a namespace: clusters of each sidecar, MiB of all of them."""

    namespace: str
    sidecars: int
    clusters: int
    total_mib: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What so many sidecars will take in a mesh of so many services.

    Each is of today's mean size; those that no Sidecar limits grow with the services.
    """

    sidecars: int
    services: int
    total_mib: float


@dataclass(frozen=True, slots=True)
class VersionForecast:
    """What all sidecars would take with the proxies of another version, as some of them do now.

    ``why_unknown`` says why measurements don't tell.
    """

    version: str
    pods: int
    line: MemoryModel | None
    total_mib: float | None
    why_unknown: str | None


@dataclass(frozen=True, slots=True)
class Advice:
    """Memory to ask for, and where the limit of today is hit: at so many clusters or services."""

    request_mib: int
    limit_mib: int
    limit_today_mib: float
    clusters_at_limit: int | None
    services_at_limit: int | None


@dataclass(frozen=True, slots=True)
class SizeAnswer:
    """Everything that ``size`` says; memory is in MiB."""

    proxies: tuple[ProxyRow, ...]
    model: MemoryModel
    total_mib: float
    savings: tuple[Saving, ...]
    forecast: Forecast | None
    to_version: VersionForecast | None
    advice: Advice | None
    control_plane: ControlPlane | None
    warnings: tuple[str, ...]


class SizeQuestion(NamedTuple):
    """What is ahead: so many sidecars, so many services, proxies of another version."""

    pods: int | None = None
    services: int | None = None
    version: str | None = None


def size(
    mesh: Mesh, prometheus: Prometheus | None = None, asked: SizeQuestion | None = None
) -> SizeAnswer:
    """Measure and forecast; raises ClusterError where Prometheus can't be asked."""
    asked = asked or SizeQuestion()
    measured = measured_memory(prometheus) if prometheus is not None else {}
    counted = list(_counted(mesh))
    by_pod = _by_workload(mesh, measured)
    model = _model(_points(counted, by_pod), is_asked=prometheus is not None)
    rows = tuple(_row(mesh, one, by_pod, model) for one in counted)
    sidecars = [row for row in rows if row.kind == SIDECAR]
    ahead = None
    if asked.version is not None:
        if prometheus is None:
            raise UsageError("--to-version compares measured proxies; add --prometheus URL")
        versions = proxy_versions(prometheus)
        ahead = _with_version(mesh, asked.version, counted, measured, versions)
    return SizeAnswer(
        rows,
        model,
        sum(row.memory_mib * row.pods for row in rows),
        tuple(_savings(mesh, model)),
        _forecast(mesh, asked, sidecars, model),
        ahead,
        _advice(mesh, sidecars, model),
        control_plane(prometheus) if prometheus is not None else None,
        tuple(prometheus.warnings) if prometheus is not None else (),
    )


def _forecast(
    mesh: Mesh, asked: SizeQuestion, sidecars: Sequence[ProxyRow], model: MemoryModel
) -> Forecast | None:
    if not sidecars or (asked.pods is None and asked.services is None):
        return None
    today, services = sum(row.pods for row in sidecars), _services(mesh)
    growth = 1.0 if asked.services is None or not services else asked.services / services
    unlimited = mesh.sidecar_scope.proxy_memory.unlimited
    total = 0.0
    for row in sidecars:
        grown = growth - 1 if row.namespace in unlimited else 0.0
        more = predicted(model, _growing(row.counts)) - model.base_mib
        total += row.pods * (row.memory_mib + more * grown)
    pods = asked.pods or today
    return Forecast(pods, asked.services or services, total / today * pods)


def _growing(counts: ConfigCounts) -> ConfigCounts:
    """The part that grows with the services of the mesh."""
    return replace(counts, clusters=counts.clusters - FIXED_CLUSTERS)


def _services(mesh: Mesh) -> int:
    """The hosts that proxies may know."""
    return len({one.host for one in mesh.registry})


def memory_model(mesh: Mesh, prometheus: Prometheus | None) -> MemoryModel:
    """How memory grows: the line of ``size``, for those who ask for nothing else."""
    return size(mesh, prometheus).model if prometheus is not None else _model([], is_asked=False)


def _with_version(
    mesh: Mesh, version: str, counted: Sequence["_Counted"], measured: Mapping[str, float],
    versions: Mapping[str, str],
) -> VersionForecast:  # fmt: skip
    """Fit a line through the proxies that run a version already, and apply it to all sidecars."""
    of_it = {
        pod: mib
        for pod, mib in measured.items()
        if f"{versions.get(pod, '')}.".startswith(f"{version}.")
    }
    points = _points(counted, _by_workload(mesh, of_it))
    line = fit(points)
    if isinstance(line, NoLine):
        known = (
            ", ".join(sorted(set(versions.values()))) or "none: kube-state-metrics isn't scraped"
        )
        why = f"of its sidecars, {line.reason}; versions that run: {known}"
        return VersionForecast(version, len(points), None, None, why)
    model = MemoryModel("prometheus", line.base, line.slope, line.low, line.high, line.points)
    pods = _by_workload(mesh, measured)
    total = sum(
        predicted(model, counts) * _pods(mesh, workload, pods.get(workload.key_name, ()))
        for workload, kind, counts, _ in counted
        if kind == SIDECAR
    )
    return VersionForecast(version, line.points, model, total, None)


def _points(
    counted: Sequence["_Counted"], by_pod: Mapping[str, Sequence[float]]
) -> list[tuple[float, float]]:
    """Pair the clusters of each measured sidecar with its memory."""
    return [
        (float(counts.clusters), mib)
        for workload, kind, counts, _ in counted
        if kind == SIDECAR
        for mib in by_pod.get(workload.key_name, ())
    ]


def _pods(mesh: Mesh, workload: Workload, known: Sequence[float]) -> int:
    return len(known) or mesh.workloads.replicas.of(workload) or 1


_Counted = tuple[Workload, str, ConfigCounts, ConfigBytes]


def _counted(mesh: Mesh) -> Iterator[_Counted]:
    """Count what each workload with an Envoy is sent; equal ones are counted once."""
    sizes = ConfigSizes(mesh)
    for workload in sorted(mesh.workloads, key=lambda one: (one.namespace, one.name)):
        if mesh.workloads.membership(workload) is Membership.SIDECAR:
            serves = is_gateway(workload) or is_router(workload)
            found = sizes.config_of(workload).size
            yield workload, GATEWAY if serves else SIDECAR, found.counts, found.bytes


def _by_workload(mesh: Mesh, measured: Mapping[str, float]) -> dict[str, list[float]]:
    """File measurements of pods under their workload: by the pod itself, else by its name."""
    listed = {
        one.key_name: mesh.workloads.listed(one).key_name
        for one in mesh.of(Workload)
        if one.kind == "Pod"
    }
    names = {one.key_name for one in mesh.workloads}
    found: dict[str, list[float]] = {}
    for pod, mib in measured.items():
        known = listed.get(pod) or _named_after(pod, names)
        if known is not None:
            found.setdefault(known, []).append(mib)
    return found


def _named_after(pod: str, names: set[str]) -> str | None:
    """Find the controller that a pod is named after: ``cart-5d9c7-x2x4v``, ``cart-0``."""
    stem = pod
    while "-" in stem.rpartition("/")[2]:
        stem = stem.rpartition("-")[0]
        if stem in names:
            return stem
    return pod if pod in names else None


def _model(points: Sequence[tuple[float, float]], *, is_asked: bool) -> MemoryModel:
    estimate = UPSTREAM_BYTES / _MIB
    if not is_asked:
        return MemoryModel("estimate", BASE_MIB, estimate)
    line: Line | NoLine = fit(points)
    if isinstance(line, NoLine):
        return MemoryModel(
            "estimate", BASE_MIB, estimate, points=len(points), why_no_line=line.reason
        )
    return MemoryModel("prometheus", line.base, line.slope, line.low, line.high, line.points)


def _row(
    mesh: Mesh, counted: _Counted, by_pod: Mapping[str, Sequence[float]], model: MemoryModel
) -> ProxyRow:
    workload, kind, counts, size_of = counted
    known = by_pod.get(workload.key_name, ())
    pods = _pods(mesh, workload, known)
    mib = mean(known) if known else predicted(model, counts)
    return ProxyRow(
        workload.namespace, workload.name, kind, pods, counts, size_of, mib, bool(known)
    )


def predicted(model: MemoryModel, counts: ConfigCounts) -> float:
    """The memory of a proxy that is sent so much, in MiB, as a model has it."""
    endpoints = counts.endpoints * ENDPOINT_BYTES / _MIB if model.source == "estimate" else 0.0
    return model.base_mib + model.mib_per_cluster * counts.clusters + endpoints


def _savings(mesh: Mesh, model: MemoryModel) -> Iterator[Saving]:
    """Walk the namespaces whose sidecars know the whole mesh, by what they would save."""
    memory = mesh.sidecar_scope.proxy_memory
    found = []
    for namespace, sidecars in memory.unlimited.items():
        clusters = (
            memory.without_sidecar(namespace).upstreams - memory.with_sidecar(namespace).upstreams
        )
        if clusters > 0:
            total = clusters * model.mib_per_cluster * sidecars
            found.append(Saving(namespace, sidecars, clusters, total))
    yield from sorted(found, key=lambda one: (-one.total_mib, one.namespace))


def _advice(mesh: Mesh, sidecars: Sequence[ProxyRow], model: MemoryModel) -> Advice | None:
    if not sidecars:
        return None
    needs = sorted(row.memory_mib for row in sidecars)
    most = needs[min(int(0.99 * len(needs)), len(needs) - 1)]
    wanted = ceil(most * _HEADROOM / _STEP_MIB) * _STEP_MIB
    limits = [found for one in mesh.workloads if (found := _limit(one)) is not None]
    today = min(limits, default=_DEFAULT_LIMIT_MIB)
    room = today - model.base_mib
    at_limit = int(room / model.mib_per_cluster) if room > 0 and model.mib_per_cluster else None
    services = None
    if at_limit is not None:
        largest = max(_growing(row.counts).clusters for row in sidecars)
        services = (at_limit - FIXED_CLUSTERS) * _services(mesh) // max(largest, 1)
    return Advice(wanted, wanted, today, at_limit, services)


def _limit(workload: Workload) -> float | None:
    """Read the memory limit of a sidecar: of its container, else of the annotation."""
    for container in (*workload.containers, *workload.init_containers):
        if container.name == PROXY_CONTAINER:
            written = container.child("resources", "limits").text("memory")
            return _mib(written) if written else None
    return _mib(workload.pod_annotations.get(_LIMIT, ""))


def _mib(text: str) -> float | None:
    unit = next((one for one in _UNITS if text.endswith(one)), "")
    number = text.removesuffix(unit)
    try:
        return float(number) * (_UNITS[unit] if unit else 1 / _MIB)
    except ValueError:
        return None
