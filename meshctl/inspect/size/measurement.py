"""Measures proxies and istiod with Prometheus.

Memory is the largest working set of the container istio-proxy in five minutes (cAdvisor); istiod's
figures are its own metrics (pilot/pkg/xds/monitoring.go, Istio 1.31). What isn't scraped is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from meshctl.cluster.prometheus import Prometheus
from meshctl.lazy_pattern import lazy_pattern

_MIB = 1024 * 1024
_MEMORY = (
    "max by (namespace,pod) "
    '(max_over_time(container_memory_working_set_bytes{container="istio-proxy"}[5m]))'
)
_PUSHED = (
    "sum by (type)(rate(pilot_xds_config_size_bytes_sum[15m])) / "
    "sum by (type)(rate(pilot_xds_config_size_bytes_count[15m]))"
)
_PUSH_SECONDS = (
    "histogram_quantile(0.99, sum by (le)(rate(pilot_proxy_convergence_time_bucket[5m])))"
)
_QUEUE_SECONDS = "histogram_quantile(0.99, sum by (le)(rate(pilot_proxy_queue_time_bucket[5m])))"
_IMAGES = (
    'max by (namespace,pod,image) (kube_pod_container_info{container="istio-proxy"} or '
    'kube_pod_init_container_info{container="istio-proxy"})'
)
_REJECTED = 'sum by (__name__) ({__name__=~"pilot_xds_(cds|lds|rds|eds)_reject"}) > 0'
_TAG = lazy_pattern(r"[:-](\d+\.\d+(?:\.\d+)?)(?:[-.][A-Za-z0-9.-]*)?(?:@|$)")
_FIGURES = {
    "proxies": "sum(pilot_xds)",
    "services": "max(pilot_services)",
    "rejected_configurations": "sum(pilot_total_xds_rejects)",
    "rejected_updates": "sum(pilot_total_rejected_configs)",
    "push_seconds_p99": _PUSH_SECONDS,
    "queue_seconds_p99": _QUEUE_SECONDS,
}


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """What istiod says of itself; ``None`` is a metric that isn't there.

    ``rejected_configurations`` are those that proxies refused, ``rejected_by_type`` as far as istiod
    still holds them; ``rejected_updates`` those that istiod itself left out. ``pushed_bytes`` is the
    mean size of a pushed resource list by type.
    """

    proxies: float | None
    services: float | None
    rejected_configurations: float | None
    rejected_updates: float | None
    push_seconds_p99: float | None
    queue_seconds_p99: float | None
    rejected_by_type: Mapping[str, float]
    pushed_bytes: Mapping[str, float]


def measured_memory(prometheus: Prometheus) -> dict[str, float]:
    """Read the memory of each proxy in MiB, by ``namespace/pod``."""
    return {
        f"{one.labels.get('namespace', '')}/{one.labels.get('pod', '')}": one.value / _MIB
        for one in prometheus.query(_MEMORY)
        if one.value > 0
    }


def proxy_versions(prometheus: Prometheus) -> dict[str, str]:
    """Read the version of each proxy by ``namespace/pod``, from its image (kube-state-metrics)."""
    found = {}
    for one in prometheus.query(_IMAGES):
        tag = _TAG.search(one.labels.get("image", ""))
        if tag is not None:
            found[f"{one.labels.get('namespace', '')}/{one.labels.get('pod', '')}"] = tag[1]
    return found


def control_plane(prometheus: Prometheus) -> ControlPlane:
    """Read what istiod says of its pushes; NaN, as of a rate without pushes, is no value."""
    figures = {name: prometheus.value(query) for name, query in _FIGURES.items()}
    pushed = {one.labels.get("type", ""): one.value for one in prometheus.query(_PUSHED)}
    rejected = {
        one.labels.get("__name__", "").split("_")[2]: one.value
        for one in prometheus.query(_REJECTED)
        if one.labels.get("__name__", "").startswith("pilot_xds_")
    }
    return ControlPlane(
        **{name: _real(value) for name, value in figures.items()},
        rejected_by_type=dict(sorted(rejected.items())),
        pushed_bytes={name: value for name, value in sorted(pushed.items()) if value == value},  # noqa: PLR0124 - NaN differs from itself
    )


def _real(value: float | None) -> float | None:
    return value if value is not None and value == value else None  # noqa: PLR0124 - as above
