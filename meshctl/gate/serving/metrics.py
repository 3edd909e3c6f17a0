"""Counts what the webhook does, in the form that Prometheus reads."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)


class Metrics:
    """All metrics of one process; none of them carries a name of an object, or of a user."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._reviews = self._counter(
            "reviews", "Reviews by how they ended.", "outcome", "kind", "operation"
        )
        self._seconds = Histogram(
            "meshctl_review_seconds", "Time to answer a review, waiting included.",
            buckets=_SECONDS, registry=self._registry,
        )  # fmt: skip
        self._refused = self._counter("requests_refused", "Requests that are no review.", "status")
        self._lost = self._counter("watch_failures", "Times a kind couldn't be watched.", "kind")
        self._audit_failures = self._counter("audit_failures", "Audits that gave no answer.")
        self._findings = self._gauge(
            "findings", "Findings of the last audit.", "rule", "severity", "namespace"
        )
        self._objects = self._gauge("snapshot_objects", "Objects in the snapshot.")
        self._current = self._gauge(
            "kind_current_timestamp_seconds", "When a kind was last known to be current.", "kind"
        )
        self._audit = self._gauge("audit_timestamp_seconds", "When the last audit ended.")
        self._audit_seconds = self._gauge("audit_seconds", "How long the last audit took.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"meshctl_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"meshctl_{name}", text, labels, registry=self._registry)

    def reviewed(self, outcome: str, kind: str, operation: str, seconds: float) -> None:
        """Count a review; ``kind`` must be one that the mesh reads, or empty."""
        self._reviews.labels(outcome, kind, operation).inc()
        self._seconds.observe(seconds)

    def refused(self, status: int) -> None:
        """Count a request that is no review."""
        self._refused.labels(str(status)).inc()

    def holds(self, objects: int) -> None:
        """Say how large the snapshot is."""
        self._objects.set(objects)

    def current(self, kind: str, moment: float) -> None:
        """Say when a kind was current."""
        self._current.labels(kind).set(moment)

    def lost(self, kind: str) -> None:
        """Count a failure to watch a kind."""
        self._lost.labels(kind).inc()

    def audited(
        self, counts: Mapping[tuple[str, str, str], int], moment: float, seconds: float
    ) -> None:
        """Tell the findings of an audit by rule, severity and namespace; what is gone, goes."""
        self._findings.clear()
        for labels, number in counts.items():
            self._findings.labels(*labels).set(number)
        self._audit.set(moment)
        self._audit_seconds.set(seconds)

    def audit_failed(self) -> None:
        """Count an audit without an answer."""
        self._audit_failures.inc()

    def text(self) -> bytes:
        """Write all of them."""
        return generate_latest(self._registry)
