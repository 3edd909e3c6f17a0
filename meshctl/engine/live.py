"""Analyses a cluster, alone or with files applied to it."""

from collections.abc import Iterable
from typing import NamedTuple

from meshctl.engine.analyze import check_settings, collector_off, report_on
from meshctl.engine.differences import difference
from meshctl.engine.report import Report
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded
from meshctl.validation.schemas import Schema


class Difference(NamedTuple):
    """A report with the findings that files would add, and how many they would remove."""

    report: Report
    removed: int


def analyze_live(
    live: Loaded, files: Loaded, settings: Settings, schemas: Iterable[Schema] = ()
) -> Report:
    """Analyse what is live with files laid over it."""
    check_settings(settings)
    with collector_off():
        return report_on(files, settings, schemas, live)


def compare_live(
    live: Loaded, files: Loaded, settings: Settings, schemas: Iterable[Schema] = ()
) -> Difference:
    """Analyse what is live without and with files, and keep what the files add."""
    own = list(schemas)
    before = analyze_live(live, Loaded(0, [], []), settings, own)
    after = analyze_live(live, files, settings, own)
    added, gone = difference(before.findings, after.findings)
    return Difference(after.with_findings(added), len(gone))


def compare_files(
    before: Loaded, after: Loaded, settings: Settings, schemas: Iterable[Schema] = ()
) -> Difference:
    """Analyse files as they were and as they are, and keep what is new."""
    check_settings(settings)
    own = list(schemas)
    with collector_off():
        old = report_on(before, settings, own)
        new = report_on(after, settings, own)
    added, gone = difference(old.findings, new.findings)
    return Difference(new.with_findings(added), len(gone))
