"""Analyses several clusters at once, a process each, and puts what was found into one report."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

from meshctl import __version__
from meshctl.engine.located.locate_findings import order
from meshctl.engine.registry import load_family
from meshctl.engine.report import EVERY_RULE, LocatedFinding, NotCheckedRule, Report, Summary
from meshctl.errors import MeshctlError
from meshctl.rules.api import Rule
from meshctl.sources import workers

_NOTHING = Summary(0, 0, 0, 0, 0, 0, 0)


class Analysed(NamedTuple):
    """What came of one cluster: its report, or why there is none."""

    context: str
    report: Report | None
    failure: str = ""


def analyze_contexts(contexts: Sequence[str], analyze_one: Callable[[str], Report]) -> Report:
    """Analyse each cluster in a process of its own; one that can't be read makes it incomplete.

    Findings name their cluster by their file (``cluster:west/…``).
    """
    found: list[Analysed] = []
    for start in range(0, len(contexts), workers.MAX_PROCESSES):
        some = contexts[start : start + workers.MAX_PROCESSES]
        # The first share is worked on here: no connection may be open when the next ones fork.
        answers = workers.spread(lambda name: _analysed(name, analyze_one), ["", *some])
        found += map(pickle.loads, answers)
    return merged(found)


def merged(found: Sequence[Analysed]) -> Report:
    """Put the reports of several clusters into one."""
    findings = sorted(chain.from_iterable(map(_findings, found)), key=order)
    reports = [one.report for one in found if one.report is not None]
    counts = zip(*(report.summary for report in reports), strict=True)
    return Report(
        version=__version__,
        findings=tuple(findings),
        not_checked=tuple(chain.from_iterable(map(_not_checked, found))),
        summary=Summary(*map(sum, counts)) if reports else _NOTHING,
        rules={rule.id: rule for rule in _rules({found.rule for found in findings})},
        crashed=any(report.crashed for report in reports),
        notes=tuple(dict.fromkeys(note for report in reports for note in report.notes)),
        is_incomplete=len(reports) < len(found) or any(report.is_incomplete for report in reports),
        docs_url=next((report.docs_url for report in reports), ""),
    )


def _analysed(context: str, analyze_one: Callable[[str], Report]) -> Iterator[bytes]:
    """Analyse one cluster; rules stay behind, since their functions have no other home."""
    if not context:
        return
    try:
        report = analyze_one(context)._replace(rules={})
    except MeshctlError as error:
        yield pickle.dumps(Analysed(context, None, str(error)))
    else:
        yield pickle.dumps(Analysed(context, report))


def _findings(one: Analysed) -> Iterator[LocatedFinding]:
    """Walk findings; the same object in two clusters has two of them."""
    for found in one.report.findings if one.report is not None else ():
        yield found._replace(anchor=f"{one.context}\0{found.anchor}")


def _not_checked(one: Analysed) -> Iterator[NotCheckedRule]:
    if one.report is None:
        yield NotCheckedRule(EVERY_RULE, f"cluster {one.context}: {one.failure}")
        return
    for gap in one.report.not_checked:
        yield gap._replace(reason=f"cluster {one.context}: {gap.reason}")


def _rules(names: set[str]) -> Iterator[Rule]:
    families = {name.partition("/")[0].replace("-", "_") for name in names}
    for family in sorted(families):
        yield from (rule for rule in load_family(family) if rule.id in names)
