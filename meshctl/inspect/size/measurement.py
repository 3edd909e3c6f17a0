"""Measures proxies and istiod with Prometheus.

Memory is the largest working set of the container istio-proxy in five minutes (cAdvisor); istiod's
figures are its own metrics (pilot/pkg/xds/monitoring.go, Istio 1.31). What isn't scraped is named.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from meshctl.cluster.prometheus import Prometheus

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
_FIGURES = {
    "proxies": "sum(pilot_xds)",
    "services": "max(pilot_services)",
    "rejected_configurations": "sum(pilot_total_xds_rejects)",
    "push_seconds_p99": _PUSH_SECONDS,
}


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """What istiod says of itself; ``None`` is a metric that isn't there.

    ``pushed_bytes`` is the mean size of a pushed resource list by type.
    """

    proxies: float | None
    services: float | None
    rejected_configurations: float | None
    push_seconds_p99: float | None
    pushed_bytes: Mapping[str, float]


def measured_memory(prometheus: Prometheus) -> dict[str, float]:
    """Read the memory of each proxy in MiB, by ``namespace/pod``."""
    return {
        f"{sample.labels.get('namespace', '')}/{sample.labels.get('pod', '')}": sample.value / _MIB
        for sample in prometheus.query(_MEMORY)
        if sample.value > 0
    }


def control_plane(prometheus: Prometheus) -> ControlPlane:
    """Read what istiod says of its pushes; NaN, as of a rate without pushes, is no value."""
    figures = {name: prometheus.value(query) for name, query in _FIGURES.items()}
    pushed = {sample.labels.get("type", ""): sample.value for sample in prometheus.query(_PUSHED)}
    return ControlPlane(
        **{name: _real(value) for name, value in figures.items()},
        pushed_bytes={name: value for name, value in sorted(pushed.items()) if value == value},  # noqa: PLR0124 - NaN differs from itself
    )


def _real(value: float | None) -> float | None:
    return value if value is not None and value == value else None  # noqa: PLR0124 - as above
