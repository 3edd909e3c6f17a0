"""What the proxy of a workload reports because of all Telemetries together.

Mirrors applicableTelemetries (pilot/pkg/model/telemetry.go, Istio 1.31): the oldest Telemetry for the
whole root namespace, the oldest for the whole namespace, then all that select the workload, the oldest
first. What comes later is laid over what was before.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.core.extension_providers import ExtensionProviders
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.mesh.workloads.policy_attachment import PolicyAttachments
from meshctl.mesh.workloads.telemetry.merging import (
    LogSpec,
    MetricSpec,
    Mode,
    TraceSpec,
    merged_logs,
    merged_metrics,
    merged_traces,
)
from meshctl.resources import Telemetry, View, Workload


class Reports(NamedTuple):
    """What a proxy reports of one side of requests: logs and metrics by provider, and spans.

    ``logs`` is ``None`` where the log file of the mesh config counts, and ``spans`` where nobody gets any; a
    provider without a name stands for the settings of the proxy.
    """

    logs: dict[str, LogSpec] | None
    metrics: dict[str, MetricSpec]
    spans: TraceSpec | None


class EffectiveTelemetry:
    """Answers by workload; Telemetries with targetRefs are not among those that count."""

    def __init__(
        self,
        attached: PolicyAttachments[Telemetry],
        providers: ExtensionProviders,
        root_namespace: str,
    ) -> None:
        self._attached = attached
        self._providers = providers
        self._root = root_namespace

    def layers(self, workload: Workload) -> Iterator[Telemetry]:
        """Walk the Telemetries that count for a workload, each laid over those before it."""
        for home in dict.fromkeys((self._root, workload.namespace)):
            yield from self._attached.for_namespace(home)[:1]
        yield from self._attached.for_workload(workload)

    def of(self, workload: Workload) -> dict[Mode, Reports]:
        """Say what the proxy of a workload reports, by side; gateways are clients alone."""
        modes = (Mode.CLIENT,) if is_gateway(workload) else tuple(Mode)
        layers = list(self.layers(workload))
        return {mode: self._reports(layers, mode) for mode in modes}

    def receivers(self, workload: Workload) -> frozenset[str]:
        """List the providers that the proxy of a workload reports to, by the names that are written."""
        found: set[str] = set()
        for one in self.of(workload).values():
            found |= {
                *(one.logs or ()),
                *one.metrics,
                *((one.spans.provider,) if one.spans else ()),
            }
        return frozenset(found - {""})

    def _reports(self, layers: Sequence[Telemetry], mode: Mode) -> Reports:
        logs = merged_logs(
            [one.access_logging for one in layers if one.access_logging],
            self._providers.defaults("accessLogging"),
            mode,
        )
        logs = {name: one for name, one in logs.items() if self._serves(name, "accessLogging")}
        metrics = merged_metrics(
            _entries(layers, "metrics"), self._providers.defaults("metrics"), mode
        )
        return Reports(
            {name: one for name, one in logs.items() if not one.is_disabled} if logs else None,
            {name: one for name, one in metrics.items() if self._serves(name, "metrics")},
            self._spans(_entries(layers, "tracing"), mode),
        )

    def _spans(self, entries: Sequence[View], mode: Mode) -> TraceSpec | None:
        found = merged_traces(entries, self._providers.defaults("tracing"), mode)
        if found is None:
            return TraceSpec("", {})
        is_off = found.settings.get("disableSpanReporting") is True
        return None if is_off or not self._serves(found.provider, "tracing") else found

    def _serves(self, name: str, signal: str) -> bool:
        defined = self._providers.reported_to(name)
        return bool(defined) and self._providers.takes(defined, signal)


def _entries(layers: Sequence[Telemetry], signal: str) -> list[View]:
    return [entry for layer in layers for entry in layer.entries(signal)]
