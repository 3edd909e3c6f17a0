"""Analyses a cluster, alone or with files applied to it."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from meshctl.engine.analyze import check_settings, collector_off, report_on
from meshctl.engine.differences import difference
from meshctl.engine.report import LocatedFinding, Report
from meshctl.rules.api import Severity
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
    return Difference(_only(added, after), len(gone))


def _only(added: list[LocatedFinding], report: Report) -> Report:
    counts = Counter(found.severity for found in added)
    summary = report.summary._replace(
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
    )
    rules = {found.rule: report.rules[found.rule] for found in added}
    return report._replace(findings=tuple(added), summary=summary, rules=rules)
