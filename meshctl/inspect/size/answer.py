"""Answers ``size``: what each proxy is sent, the memory that takes, and what is ahead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import mean

from meshctl.cluster.prometheus import Prometheus
from meshctl.inspect.size.measurement import ControlPlane, control_plane, measured_memory
from meshctl.inspect.size.robust_fit import Line, NoLine, fit
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.mesh.gateways.gateway_workloads import is_router
from meshctl.mesh.proxy_config_size.config_size import ConfigBytes, ConfigCounts
from meshctl.mesh.proxy_config_size.config_sizes import ConfigSizes
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
    """What so many sidecars will take, each of today's mean size."""

    sidecars: int
    total_mib: float


@dataclass(frozen=True, slots=True)
class Advice:
    """Memory to ask for, and where the limit of today is hit: at so many clusters."""

    request_mib: int
    limit_mib: int
    limit_today_mib: float
    clusters_at_limit: int | None


@dataclass(frozen=True, slots=True)
class SizeAnswer:
    """Everything that ``size`` says; memory is in MiB."""

    proxies: tuple[ProxyRow, ...]
    model: MemoryModel
    total_mib: float
    savings: tuple[Saving, ...]
    forecast: Forecast | None
    advice: Advice | None
    control_plane: ControlPlane | None
    warnings: tuple[str, ...]


def size(mesh: Mesh, prometheus: Prometheus | None = None, pods: int | None = None) -> SizeAnswer:
    """Measure and forecast; raises ClusterError where Prometheus can't be asked."""
    measured = measured_memory(prometheus) if prometheus is not None else {}
    counted = list(_counted(mesh))
    by_pod = _by_workload(mesh, measured)
    points = [
        (float(counts.clusters), mib)
        for workload, kind, counts, _ in counted
        if kind == SIDECAR
        for mib in by_pod.get(workload.key_name, ())
    ]
    model = _model(points, is_asked=prometheus is not None)
    rows = tuple(_row(mesh, one, by_pod, model) for one in counted)
    sidecars = [row for row in rows if row.kind == SIDECAR]
    forecast = None
    if pods is not None and sidecars:
        each = sum(row.memory_mib * row.pods for row in sidecars) / sum(r.pods for r in sidecars)
        forecast = Forecast(pods, each * pods)
    return SizeAnswer(
        rows,
        model,
        sum(row.memory_mib * row.pods for row in rows),
        tuple(_savings(mesh, model)),
        forecast,
        _advice(mesh, sidecars, model),
        control_plane(prometheus) if prometheus is not None else None,
        tuple(prometheus.warnings) if prometheus is not None else (),
    )


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
        workload.key_name: mesh.workloads.listed(workload).key_name
        for workload in mesh.of(Workload)
        if workload.kind == "Pod"
    }
    names = {workload.key_name for workload in mesh.workloads}
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
    pods = len(known) or mesh.workloads.replicas.of(workload) or 1
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
    yield from sorted(found, key=lambda saving: (-saving.total_mib, saving.namespace))


def _advice(mesh: Mesh, sidecars: Sequence[ProxyRow], model: MemoryModel) -> Advice | None:
    if not sidecars:
        return None
    needs = sorted(row.memory_mib for row in sidecars)
    most = needs[min(int(0.99 * len(needs)), len(needs) - 1)]
    wanted = ceil(most * _HEADROOM / _STEP_MIB) * _STEP_MIB
    limits = [found for workload in mesh.workloads if (found := _limit(workload)) is not None]
    today = min(limits, default=_DEFAULT_LIMIT_MIB)
    room = today - model.base_mib
    at_limit = int(room / model.mib_per_cluster) if room > 0 and model.mib_per_cluster else None
    return Advice(wanted, wanted, today, at_limit)


def _limit(workload: Workload) -> float | None:
    """Read the memory limit of a sidecar: of its container, else of the annotation."""
    for container in (*workload.containers, *workload.init_containers):
        if container.name == PROXY_CONTAINER:
            written = container.child("resources", "limits").text("memory")
            return _mib(written) if written else None
    return _mib(workload.pod_annotations.get(_LIMIT, ""))


def _mib(text: str) -> float | None:
    from meshctl.istio.quantities import nano_units  # noqa: PLC0415 - few sidecars have a limit

    found = nano_units(text)
    return None if found is None else found / 10**9 / _MIB
