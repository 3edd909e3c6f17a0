"""Writes a long report so that a screen shows its errors: alike findings once, and tables of counts.

A group is one rule; its first finding stands for the rest, which are counted by namespace.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from meshctl.engine.report import LocatedFinding, Report
from meshctl.output.colour import Paint
from meshctl.output.findings.text_report.groups import counted, grouped, name_of
from meshctl.output.findings.text_report.one_finding import short_lines
from meshctl.output.findings.text_report.view import ReportView
from meshctl.rules.api import Severity
from meshctl.words import visible

_ERRORS = 10
_RULES = 12
_ROWS = 8
_NAMED = 3


def digest_lines(report: Report, view: ReportView, paint: Paint) -> Iterator[str]:
    """Write the errors, one finding of each other rule, and the counts by rule and namespace."""
    if view.group_by in {"file", "namespace", "team"}:
        yield from _sections(report, view, paint)
    else:
        yield from _rules(report, report.findings, view, paint)
    for kind in ("rule", "namespace", "team"):
        yield from _table(report.findings, kind, view, paint)
    yield "--all shows every finding, --group-by rule, namespace, team or file sorts them"
    yield ""


def _sections(report: Report, view: ReportView, paint: Paint) -> Iterator[str]:
    """Write each group of the user's choice with one line a rule."""
    for name, findings in grouped(report.findings, view, "namespace"):
        yield f"{paint(visible(name), 'file')}  {counted(findings)}"
        by_rule = Counter((finding.severity, finding.rule) for finding in findings)
        ordered = sorted(by_rule.items(), key=lambda item: (-item[0][0].rank, -item[1]))
        for (severity, rule), number in ordered:
            yield f"  {number:5d}  {paint(severity.value, severity.value)} {rule}"
        yield ""


def _rules(
    report: Report, findings: Sequence[LocatedFinding], view: ReportView, paint: Paint
) -> Iterator[str]:
    """Write one finding a rule: of all that have errors, and of the most frequent others."""
    groups: dict[tuple[Severity, str], list[LocatedFinding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule), []).append(finding)
    ordered = sorted(groups.items(), key=lambda item: (-item[0][0].rank, -len(item[1])))
    shown = [item for item in ordered if item[0][0] is Severity.ERROR]
    others = [item for item in ordered if item[0][0] is not Severity.ERROR]
    alone = _alone([members for _, members in shown])
    for _, members in (*shown, *others[:_RULES]):
        for finding in members[: alone.get(members[0].rule, 1)]:
            rest = len(members) - alone.get(members[0].rule, 1)
            more = _more(members, rest, view) if finding is members[0] and rest else ""
            yield from short_lines(report, finding, more, paint)
    if len(others) > _RULES:
        number = sum(len(members) for _, members in others[_RULES:])
        yield f"and {number} findings of {len(others) - _RULES} more rules"
    yield ""


def _alone(errors: Sequence[list[LocatedFinding]]) -> dict[str, int]:
    """Say how many errors of each rule are shown: every one where all are few."""
    every = sum(map(len, errors)) <= _ERRORS
    return {members[0].rule: len(members) if every else 1 for members in errors}


def _more(members: Sequence[LocatedFinding], rest: int, view: ReportView) -> str:
    homes = Counter(name_of(member, view, "namespace") for member in members)
    names = ", ".join(visible(name) for name, _ in homes.most_common(_NAMED))
    further = f" and {len(homes) - _NAMED} more" if len(homes) > _NAMED else ""
    noun = "namespace" if len(homes) == 1 else "namespaces"
    return f"and {rest} more like it in {noun} {names}{further}"


def _table(
    findings: Iterable[LocatedFinding], kind: str, view: ReportView, paint: Paint
) -> Iterator[str]:
    """Count errors, warnings and infos in the groups with the most; no table for a single one."""
    groups: dict[str, Counter[Severity]] = {}
    for finding in findings:
        groups.setdefault(name_of(finding, view, kind), Counter())[finding.severity] += 1
    if len(groups) < 2:  # noqa: PLR2004 - one group says nothing
        return
    ordered = sorted(
        groups.items(), key=lambda item: [-item[1][level] for level in Severity] + [item[0]]
    )
    width = max(len(visible(name)) for name, _ in ordered[:_ROWS])
    yield paint(f"{kind:<{width}}  errors  warnings  infos", "message")
    for name, counts in ordered[:_ROWS]:
        cells = [counts[level] for level in Severity]
        yield f"{visible(name):<{width}}  {cells[0]:6d}  {cells[1]:8d}  {cells[2]:5d}"
    if len(ordered) > _ROWS:
        yield f"and {len(ordered) - _ROWS} more"
    yield ""
