"""Analyses a cluster again whenever it has changed, and tells what appeared and what went."""

from collections.abc import Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from time import monotonic
from typing import NamedTuple

from meshctl.cluster.api import Cluster
from meshctl.engine.differences import difference
from meshctl.engine.live import analyze_live
from meshctl.engine.report import LocatedFinding, Report
from meshctl.gate.live.live_snapshot import LiveSnapshot
from meshctl.gate.live.messages import Message
from meshctl.gate.live.watcher import watch_cluster
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded, Unread

_QUIET = 1.0
"""Seconds without a change before it is worth to look."""
_BUSY = 15.0


class News(NamedTuple):
    """A state of a cluster, with the findings that are new in it, and those that are gone."""

    report: Report
    appeared: tuple[LocatedFinding, ...]
    gone: tuple[LocatedFinding, ...]


def follow(cluster: Cluster, settings: Settings) -> Iterator[News]:
    """Walk the states of a cluster for ever; the first one is news as a whole."""
    told: SimpleQueue[Message] = SimpleQueue()
    stop = Event()
    thread = Thread(target=watch_cluster, args=(cluster, told.put, stop), daemon=True)
    thread.start()
    try:
        before: tuple[LocatedFinding, ...] = ()
        for live in _states(told):
            report = _analyzed(live, settings)
            appeared, gone = difference(before, report.findings)
            before = report.findings
            yield News(report, tuple(appeared), tuple(gone))
    finally:
        stop.set()


def _states(told: "SimpleQueue[Message]") -> Iterator[LiveSnapshot]:
    """Walk the states worth a look: complete, and quiet for a moment."""
    live = LiveSnapshot()
    seen, changed, first = -1, monotonic(), monotonic()
    while True:
        try:
            live.apply(told.get(timeout=_QUIET / 4))
            changed = monotonic()
        except Empty:
            pass
        now, version = monotonic(), live.snapshot.version
        if live.reason_to_wait or version == seen:
            first = now
        elif now - changed >= _QUIET or now - first >= _BUSY:
            seen = version
            yield live


def _analyzed(live: LiveSnapshot, settings: Settings) -> Report:
    documents = [resource.document for resource in live.snapshot]
    unread = tuple(Unread(group, kind, why) for (group, kind, _), why in live.hidden.items())
    return analyze_live(Loaded(0, [*documents], [], unread), Loaded(0, [], []), settings)
