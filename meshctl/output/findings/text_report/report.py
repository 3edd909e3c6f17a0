"""Writes a report for people: the errors first, all of it if it is short, else a digest."""

from collections.abc import Iterator
from typing import TextIO

from meshctl.engine.report import EVERY_RULE, LocatedFinding, Report
from meshctl.output.colour import Paint, painter, wants_colour
from meshctl.output.findings.text_report.digest import digest_lines
from meshctl.output.findings.text_report.groups import counted, grouped
from meshctl.output.findings.text_report.one_finding import Canvas, finding_lines, one_liner
from meshctl.output.findings.text_report.view import ReportView
from meshctl.output.findings.wording import outcome, unchecked_reasons
from meshctl.output.terminal import hanging, width_of
from meshctl.rules.api import Severity
from meshctl.words import one_line, visible

_MOST_LINES = 110
_MOST_FINDINGS = 30
_REASONS = 10
_RULES = 3


def render(report: Report, out: TextIO, view: ReportView | None = None) -> None:
    """Write a report for people: findings, what was not checked, and the outcome."""
    chosen = view or ReportView()
    paint, width = painter(out), width_of(out)
    is_coloured = width is not None and wants_colour(out)
    canvas = Canvas(paint, width, out if is_coloured else None)
    if chosen.quiet:
        lines = (one_liner(finding, paint) for finding in _by_severity(report))
        out.writelines(f"{line}\n" for line in lines)
        return
    found = list(_found(report, chosen, canvas))
    ends = [*_unchecked(report, chosen, paint), _outcome(report, paint)]
    lines = (line for text in (*found, *ends) for line in hanging(text, width))
    out.writelines(f"{line}\n" for line in lines)


def _found(report: Report, view: ReportView, canvas: Canvas) -> Iterator[str]:
    """Write all findings if they fit in few screens, or if all were asked for."""
    if view.everything:
        yield from _whole(report, view, canvas)
        return
    if len(report.findings) <= _MOST_FINDINGS:
        lines = list(_whole(report, view, canvas))
        if len(lines) <= _MOST_LINES:
            yield from lines
            return
    yield from digest_lines(report, view, canvas.paint)


def _whole(report: Report, view: ReportView, canvas: Canvas) -> Iterator[str]:
    paint = canvas.paint
    found = _by_severity(report)
    levels = [
        [located_finding for located_finding in found if located_finding.severity is level]
        for level in Severity
    ]
    for findings in [found] if view.group_by else levels:
        for name, members in grouped(findings, view, "file"):
            yield f"{paint(visible(name), 'file')}  {counted(members)}"
            yield ""
            for finding in members:
                yield from finding_lines(report, finding, canvas)
                yield ""


def _by_severity(report: Report) -> list[LocatedFinding]:
    return sorted(report.findings, key=lambda finding: -finding.severity.rank)


def _unchecked(report: Report, view: ReportView, paint: Paint) -> Iterator[str]:
    reasons = unchecked_reasons(report)
    if not reasons:
        return
    most = len(reasons) if view.everything else _REASONS
    yield paint("Not fully checked", "message")
    for reason, rules in reasons[:most]:
        named = ", ".join(rules[:_RULES])
        more = f" and {len(rules) - _RULES} more" if len(rules) > _RULES else ""
        about = "" if rules == (EVERY_RULE,) else f" ({named}{more})"
        yield f"  {one_line(reason)}{about}"
    if len(reasons) > most:
        yield f"  and {len(reasons) - most} more (--all lists them)"
    yield ""


def _outcome(report: Report, paint: Paint) -> str:
    worst = max((finding.severity for finding in report.findings), key=_rank, default=None)
    return paint(outcome(report), worst.value if worst else "good")


def _rank(severity: Severity) -> int:
    return severity.rank
