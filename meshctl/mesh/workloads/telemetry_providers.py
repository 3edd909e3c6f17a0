"""Which Telemetries get the providers that they don't name from others.

Mirrors Tracing and mergeMetrics (pilot/pkg/model/telemetry.go, Istio 1.31): entries are laid over
each other from the root namespace to the workload, and a provider named by any of them holds.
"""

from collections.abc import Iterable

from meshctl.resources import Telemetry


class TelemetryProviders:
    """All Telemetries that name providers, by signal and namespace."""

    def __init__(self, telemetries: Iterable[Telemetry], root_namespace: str) -> None:
        self._root = root_namespace
        self._naming: dict[str, set[str]] = {}
        for telemetry in telemetries:
            for signal, _ in telemetry.providers:
                self._naming.setdefault(signal, set()).add(telemetry.namespace)

    def may_inherit(self, telemetry: Telemetry, signal: str) -> bool:
        """Can entries of a Telemetry meet with others that name a provider for the signal?"""
        naming = self._naming.get(signal, set())
        if telemetry.namespace == self._root:
            return bool(naming)
        return not naming.isdisjoint({telemetry.namespace, self._root})
