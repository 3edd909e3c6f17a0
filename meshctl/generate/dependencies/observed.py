"""Asks Prometheus who called whom, by the standard metrics of Istio's proxies.

istio_requests_total and istio_tcp_connections_opened_total, with the labels of Istio 1.31
(https://istio.io/latest/docs/reference/config/metrics/). Both sides of a call report it.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.cluster.prometheus import Prometheus, Sample
from meshctl.errors import UsageError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.words import quoted

_METRICS = ("istio_requests_total", "istio_tcp_connections_opened_total")
_LABELS = (
    "source_workload_namespace", "source_workload", "source_principal", "destination_service",
    "destination_workload_namespace", "destination_workload",
)  # fmt: skip
_WINDOW = lazy_pattern(r"[1-9][0-9]{0,4}[smhdwy]")
_NOBODY = frozenset({"", "unknown"})


class ObservedCall(NamedTuple):
    """Somebody has called a host; what the proxies don't know is empty."""

    client_namespace: str
    client: str
    principal: str
    """``cluster.local/ns/shop/sa/cart``: the identity that mutual TLS proved."""
    host: str
    server_namespace: str
    server: str


def observed_calls(prometheus: Prometheus, window: str) -> list[ObservedCall]:
    """List the calls in a time such as ``7d``; UsageError for none, ClusterError where that fails.

    A counter that was above 0 at any time counts, so that one scrape is enough.
    """
    if not _WINDOW.fullmatch(window):
        raise UsageError(f"--window {quoted(window)} is no time; write it as 12h or 7d")
    labels = ", ".join(_LABELS)
    found: dict[ObservedCall, None] = {}
    for metric in _METRICS:
        expression = f"sum by ({labels}) (max_over_time({metric}[{window}])) > 0"
        found |= dict.fromkeys(_calls(prometheus.query(expression)))
    return sorted(found)


def _calls(samples: list[Sample]) -> Iterator[ObservedCall]:
    for sample in samples:
        values = [sample.labels.get(name, "") for name in _LABELS]
        home, client, principal, host, server_home, server = (
            "" if value in _NOBODY else value for value in values
        )
        if host:
            yield ObservedCall(
                home, client, principal.removeprefix("spiffe://"), host.lower(), server_home, server
            )
