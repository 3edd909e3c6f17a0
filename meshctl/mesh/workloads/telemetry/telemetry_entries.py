"""The entries of one Telemetry that a later entry of it takes back, whatever else there is.

Mirrors mergeLogs and mergeMetrics (pilot/pkg/model/telemetry.go, Istio 1.31).
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from meshctl.mesh.workloads.telemetry.merging import (
    Mode,
    disables_all,
    modes_of,
    named,
    overrides_of,
)
from meshctl.resources import Telemetry, View
from meshctl.resources.istio.telemetry import SIGNALS
from meshctl.resources.view import Path, views


class ReplacedLogs(NamedTuple):
    """An access log's entry, or some of its providers by number, and where they are named again."""

    entry: View
    numbers: tuple[int, ...]
    by: View

    @property
    def is_whole(self) -> bool:
        """Are those all providers of the entry?"""
        return len(self.numbers) == len(views(self.entry, "providers", View))


class TakenBack(NamedTuple):
    """An override that disables all metrics, what enables them again, and for which sides."""

    override: View
    by: View
    modes: tuple[Mode, ...]


class SameSignals(NamedTuple):
    """Telemetries that have one of some signals, and those of the signals that all of them have.

    Where no signal is in all, ``shared`` is what was asked for.
    """

    telemetries: Sequence[Telemetry]
    shared: frozenset[str]


def with_signals(telemetries: Sequence[Telemetry], signals: frozenset[str]) -> SameSignals:
    """Choose those with one of the signals."""
    found = [one for one in telemetries if signals & signals_of(one)]
    return SameSignals(found, signals.intersection(*map(signals_of, found)) or signals)


def signals_of(telemetry: Telemetry) -> frozenset[str]:
    """Say which signals a Telemetry configures."""
    return telemetry.once(_signals_of)


def _signals_of(telemetry: Telemetry) -> frozenset[str]:
    return frozenset(signal for signal in SIGNALS if telemetry.entries(signal))


def replaced_logs(entries: Sequence[View]) -> Iterator[ReplacedLogs]:
    """Walk the entries with providers that later ones name for all sides of the entry.

    An entry whose providers go on to the next one, which names none, counts for that one.
    """
    later: dict[tuple[str, Mode], View] = {}
    found: list[ReplacedLogs] = []
    passes_on = False
    for entry in reversed(entries):
        modes, names = modes_of(entry), named(entry)
        numbers = tuple(
            number
            for number, name in enumerate(names)
            if modes and not passes_on and all((name, mode) in later for mode in modes)
        )
        if numbers:
            by = next(later[names[numbers[0]], mode] for mode in modes)
            found.append(ReplacedLogs(entry, numbers, by))
        later |= {(name, mode): entry for name in names for mode in modes}
        passes_on = not names
    yield from reversed(found)


def enabled_again(entry: View) -> Iterator[TakenBack]:
    """Walk the overrides of a metrics entry that disable all, and that the next ones take back for good."""
    found: dict[Path, TakenBack] = {}
    for mode in Mode:
        several = overrides_of(entry, mode)
        is_enabled = bool(several) and not disables_all(several[-1])
        for override, following in pairwise(several) if is_enabled else ():
            if disables_all(override) and not disables_all(following):
                known = found.get(override.path, TakenBack(override, following, ()))
                found[override.path] = known._replace(modes=(*known.modes, mode))
    yield from found.values()


def silent_side(entries: Sequence[View]) -> Mode | None:
    """Find the side that nobody logs, where all entries turn off the other one."""
    sides = {mode for entry in entries for mode in modes_of(entry)}
    if not all(entry.flag("disabled") is True for entry in entries) or len(sides) != 1:
        return None
    return next(mode for mode in Mode if mode not in sides)
