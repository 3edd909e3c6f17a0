"""Lays the entries of Telemetries over each other: access logs, metrics and traces.

Mirrors mergeLogs, mergeMetrics and Tracing (pilot/pkg/model/telemetry.go, Istio 1.31). An entry
without providers takes those of the entry before it, and the first those of the mesh config.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from meshctl.istio.telemetry_metrics import METRICS
from meshctl.resources import View
from meshctl.resources.view import views


class Mode(Enum):
    """The side of a request that a proxy reports: gateways are clients alone."""

    CLIENT = "CLIENT"
    SERVER = "SERVER"


class LogSpec(NamedTuple):
    """How a provider gets access logs; ``condition`` is empty where it gets all."""

    is_disabled: bool = False
    condition: str = ""


class MetricChange(NamedTuple):
    """What is changed of one metric: is it left out, and its tags with their values."""

    is_dropped: bool
    tags: tuple[tuple[str, str], ...]


class MetricSpec(NamedTuple):
    """What a provider gets of metrics: the changes by metric, and how often TCP is reported."""

    changes: Mapping[str, MetricChange]
    interval: str = ""


class TraceSpec(NamedTuple):
    """How spans are reported: to whom, and the settings, as they are written."""

    provider: str
    settings: Mapping[str, object]


_SETTINGS = (
    "disableSpanReporting", "customTags", "randomSamplingPercentage", "enableIstioTags",
    "useRequestIdForTraceSampling", "disableContextPropagation",
)  # fmt: skip
_NAMES_OF_METRICS = {name: metric for metric, name in METRICS.items()}
_ALL = "ALL_METRICS"
_REMOVE = "REMOVE"


def merged_logs(
    layers: Sequence[Sequence[View]], defaults: Sequence[str], mode: Mode
) -> dict[str, LogSpec]:
    """Find who gets access logs on one side; a layer is the list of one Telemetry."""
    if not layers:
        return dict.fromkeys(defaults, LogSpec())
    in_scope = set(defaults)
    conditions: dict[str, LogSpec] = {}
    for layer in layers:
        own = [(entry, named(entry)) for entry in layer if mode in modes_of(entry)]
        conditions |= {
            name: LogSpec(condition=entry.child("filter").text("expression"))
            for entry, names in own
            for name in names
        }
        in_scope = {name for _, names in own for name in names} or in_scope
    found: dict[str, LogSpec] = {}
    inherited = defaults
    for entry in (entry for layer in layers for entry in layer):
        inherited = named(entry) or inherited
        for name in inherited if mode in modes_of(entry) else ():
            if name in in_scope:
                is_off = entry.flag("disabled") is True
                found[name] = (
                    LogSpec(is_disabled=True) if is_off else conditions.get(name, LogSpec())
                )
    return found


def merged_metrics(
    entries: Sequence[View], defaults: Sequence[str], mode: Mode
) -> dict[str, MetricSpec]:
    """Find who gets metrics of one side, those aside for whom all are disabled."""
    if not entries:
        return {name: MetricSpec({}) for name in defaults}
    in_scope = next((names for entry in reversed(entries) if (names := named(entry))), defaults)
    overrides: dict[str, list[View]] = {}
    intervals: dict[str, str] = {}
    inherited = defaults
    for entry in entries:
        inherited = named(entry) or inherited
        for name in inherited:
            if name in in_scope:
                overrides.setdefault(name, []).extend(overrides_of(entry, mode))
                interval = entry.text("reportingInterval") or intervals.get(name, "")
                intervals[name] = interval
    return {
        name: MetricSpec(_changes(several), intervals[name])
        for name, several in overrides.items()
        if not _are_all_disabled(several)
    }


def overrides_of(entry: View, mode: Mode) -> list[View]:
    """List the overrides of a metrics entry for one side."""
    return [one for one in views(entry, "overrides", View) if mode in modes_of(one)]


def disables_all(override: View) -> bool:
    """Does an override turn all metrics off? The next one for the side turns them on again."""
    return override.flag("disabled") is True and _metric(override) == ""


def _are_all_disabled(overrides: Sequence[View]) -> bool:
    return bool(overrides) and disables_all(overrides[-1])


def _metric(override: View) -> str:
    """The metric that an override is for; empty for all of them."""
    match = override.child("match")
    metric = match.text("metric") or _ALL
    return match.text("customMetric") or ("" if metric == _ALL else metric)


def _changes(overrides: Iterable[View]) -> dict[str, MetricChange]:
    dropped: dict[str, bool] = {}
    tags: dict[str, dict[str, str]] = {}
    for override in overrides:
        if disables_all(override):
            continue
        metric = _metric(override)
        for name in (metric,) if metric else METRICS:
            own = METRICS.get(name, name) if name in METRICS else name
            written = override.flag("disabled")
            dropped[own] = dropped.get(own, False) if written is None else written
            tags.setdefault(own, {}).update(_tags(override))
    return {
        name: MetricChange(off, tuple(sorted(tags[name].items())))
        for name, off in dropped.items()
        if off or tags[name]
    }


def _tags(override: View) -> Iterator[tuple[str, str]]:
    written = override.child("tagOverrides")
    for name in written.names():
        tag = written.child(name)
        yield name, _REMOVE if tag.text("operation") == _REMOVE else "=" + tag.text("value")


def merged_traces(entries: Sequence[View], defaults: Sequence[str], mode: Mode) -> TraceSpec | None:
    """Find who gets spans of one side; ``None`` where nothing but settings of proxies says it.

    Of several providers the first counts.
    """
    if not entries and not defaults:
        return None
    provider = defaults[0] if defaults else ""
    settings: dict[str, object] = {}
    for entry in entries:
        if mode in modes_of(entry):
            provider = next(iter(named(entry)), provider)
            settings |= {key: entry.data[key] for key in _SETTINGS if entry.has(key)}
    return TraceSpec(provider, settings)


def named(entry: View) -> list[str]:
    """List the providers that an entry names."""
    return [provider.text("name") for provider in views(entry, "providers", View)]


def modes_of(entry: View) -> frozenset[Mode]:
    """Say for which sides an entry or an override is."""
    written = entry.child("match").text("mode")
    return frozenset(mode for mode in Mode if written in {"", "CLIENT_AND_SERVER", mode.value})
