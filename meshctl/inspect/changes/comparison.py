"""Compares two inputs: what the rules say of each, and what each does."""

from typing import NamedTuple

from meshctl.engine.analyze import check_settings, collector_off, load_mesh, report_on
from meshctl.engine.differences import difference
from meshctl.engine.report import LocatedFinding, Report
from meshctl.inspect.changes.answer import Changes, changes
from meshctl.mesh import Mesh
from meshctl.rules.api import Severity
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded


class Side(NamedTuple):
    """One of the two inputs: files, or what is live."""

    loaded: Loaded
    live: Loaded | None = None


class Comparison(NamedTuple):
    """What a change does, and which findings come and go with it."""

    before: Report
    after: Report
    new: tuple[LocatedFinding, ...]
    gone: tuple[LocatedFinding, ...]
    changes: Changes

    @property
    def is_quiet(self) -> bool:
        """Does nothing behave differently, and is no error new?"""
        is_worse = any(found.severity is Severity.ERROR for found in self.new)
        return self.changes.is_empty and not is_worse


def compare(old: Side, new: Side, settings: Settings) -> Comparison:
    """Analyse both sides once and compare them."""
    check_settings(settings)
    with collector_off():
        (was, before), (now, after) = _analysed(old, settings), _analysed(new, settings)
        come, gone = difference(before.findings, after.findings)
        found = changes(was, now, settings.namespace)
    return Comparison(before, after, tuple(come), tuple(gone), found)


def _analysed(side: Side, settings: Settings) -> tuple[Mesh, Report]:
    mesh = load_mesh(side.loaded, settings, live=side.live)
    return mesh, report_on(side.loaded, settings, live=side.live)
