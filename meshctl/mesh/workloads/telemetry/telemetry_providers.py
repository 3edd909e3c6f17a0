"""Which entries of Telemetries get the providers that they don't name from others.

Mirrors Tracing, mergeMetrics and mergeLogs (pilot/pkg/model/telemetry.go, Istio 1.31): entries are laid
over each other from the root namespace to the workload. An entry without providers is for those of the
entry before it; of traces all entries count together.
"""

from collections.abc import Iterable

from meshctl.mesh.workloads.telemetry.merging import named
from meshctl.resources import Telemetry

_TRACING = "tracing"


class TelemetryProviders:
    """All Telemetries that name providers, by signal and namespace."""

    def __init__(self, telemetries: Iterable[Telemetry], root_namespace: str) -> None:
        self._root = root_namespace
        self._naming: dict[tuple[str, str], dict[Telemetry, None]] = {}
        self._wide: dict[tuple[str, str], dict[Telemetry, None]] = {}
        self._anywhere: set[str] = set()
        self._first_named: dict[tuple[Telemetry, str], int | None] = {}
        for telemetry in telemetries:
            for signal, _ in telemetry.providers:
                self._anywhere.add(signal)
                self._naming.setdefault((signal, telemetry.namespace), {})[telemetry] = None
                if telemetry.is_namespace_wide:
                    self._wide.setdefault((signal, telemetry.namespace), {})[telemetry] = None

    def may_inherit(self, telemetry: Telemetry, signal: str, number: int = 0) -> bool:
        """Can an entry, the n-th, meet with others that name a provider for the signal?"""
        if signal == _TRACING and telemetry.namespace == self._root:
            return signal in self._anywhere
        first = self._first(telemetry, signal)
        if first is not None and (signal == _TRACING or first < number):
            return True
        is_first = signal != _TRACING and telemetry.is_namespace_wide
        homes = {self._root} if is_first else {self._root, telemetry.namespace}
        if is_first and telemetry.namespace == self._root:
            return False
        return any(
            other is not telemetry
            for home in homes
            for other in (self._naming if home == telemetry.namespace else self._wide).get(
                (signal, home), ()
            )
        )

    def _first(self, telemetry: Telemetry, signal: str) -> int | None:
        """The number of the first entry that names providers."""
        key = telemetry, signal
        if key not in self._first_named:
            entries = enumerate(telemetry.entries(signal))
            self._first_named[key] = next((number for number, one in entries if named(one)), None)
        return self._first_named[key]
