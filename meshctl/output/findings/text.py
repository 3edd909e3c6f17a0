"""What does somebody at a terminal need to see of a report?"""

from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import TextIO

from meshctl.engine.report import LocatedFinding, Location, Report, ResourceId
from meshctl.output.colour import Paint, painter
from meshctl.output.findings.code_frame import FrameRow, code_frame, gutter_width, numbered
from meshctl.output.findings.wording import effective_fix, outcome, place, unchecked_reasons
from meshctl.rules.api import Severity
from meshctl.words import amount, message_lines, one_line, visible

_CONTEXT = 2
_RELATED_CONTEXT = 1
_REASONS = 10
_RULES = 3


def render(report: Report, out: TextIO) -> None:
    """Write a report for people: findings by file, what was not checked, and the outcome."""
    paint = painter(out)
    for file, group in groupby(report.findings, key=lambda finding: finding.location.file):
        findings = list(group)
        out.write(f"{paint(visible(file), 'file')}  {_counted(findings)}\n\n")
        for finding in findings:
            out.writelines(f"{line}\n" for line in _finding(report, finding, paint))
            out.write("\n")
    out.writelines(f"{line}\n" for line in _unchecked(report, paint))
    out.write(f"{_outcome(report, paint)}\n")


def _counted(findings: list[LocatedFinding]) -> str:
    found = Counter(finding.severity for finding in findings)
    return ", ".join(amount(found[level], level.value) for level in Severity if found[level])


def _finding(report: Report, finding: LocatedFinding, paint: Paint) -> Iterator[str]:
    level = finding.severity.value
    first, *more = message_lines(finding.message)
    yield f"{paint(f'{level}[{finding.rule}]', level)} {paint(first, 'message')}"
    yield from (f"  {paint(line, 'message')}" for line in more)
    rows = code_frame(finding.location, _CONTEXT)
    related = [
        (item, code_frame(item.location, _RELATED_CONTEXT, mark="-")) for item in finding.related
    ]
    gutter = gutter_width([*rows, *(row for _, frame in related for row in frame)])
    yield _arrow("-->", finding.location, finding.resource, paint)
    yield from _frame(rows, gutter, level, paint)
    for item, frame in related:
        arrow = _arrow("see", item.location, item.resource, paint)
        yield f"{arrow}: {one_line(item.message)}"
        yield from _frame(frame, gutter, "related", paint)
    fix = effective_fix(report, finding)
    if fix:
        yield f"  {paint('fix:', 'fix')} {one_line(fix)}"


def _arrow(arrow: str, location: Location, resource: ResourceId, paint: Paint) -> str:
    title = f"  {visible(resource.title)}" if any(resource) else ""
    return f"  {paint(arrow, 'gutter')} {visible(place(location))}{title}"


def _frame(rows: list[FrameRow], gutter: int, style: str, paint: Paint) -> Iterator[str]:
    for row in rows:
        number, bar, text = numbered(row, gutter).partition(" |")
        yield f"  {paint(number + bar, 'gutter')}{paint(text, style) if row.is_mark else text}"


def _unchecked(report: Report, paint: Paint) -> Iterator[str]:
    reasons = unchecked_reasons(report)
    if not reasons:
        return
    yield paint("Not fully checked", "message")
    for reason, rules in reasons[:_REASONS]:
        named = ", ".join(rules[:_RULES])
        more = f" and {len(rules) - _RULES} more" if len(rules) > _RULES else ""
        yield f"  {one_line(reason)} ({named}{more})"
    if len(reasons) > _REASONS:
        yield f"  and {len(reasons) - _REASONS} more (-o json lists all)"
    yield ""


def _outcome(report: Report, paint: Paint) -> str:
    worst = max((finding.severity for finding in report.findings), key=_rank, default=None)
    return paint(outcome(report), worst.value if worst else "good")


def _rank(severity: Severity) -> int:
    return severity.rank
