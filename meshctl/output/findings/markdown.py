"""Writes a comment for a pull request: counts, a table, and the details folded."""

from collections.abc import Iterator
from io import StringIO
from typing import TextIO

from meshctl.engine.report import LocatedFinding, Location, Report, ResourceId
from meshctl.output.findings.code_frame import code_frame, gutter_width, numbered
from meshctl.output.findings.wording import (
    analysed,
    asides,
    counts,
    effective_fix,
    outcome,
    place,
    unchecked_reasons,
)
from meshctl.output.markdown import Limited, escaped, fenced
from meshctl.rules.api import Severity
from meshctl.words import amount, message_lines, visible

_ICONS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.INFO: "🔵"}

_TABLE, _REASONS, _ENDS = 20_000, 8_000, 400
"""Bytes of the table and of the reasons; the details take what is left, but for the ends."""

_LONGEST_CELL = 300
_CONTEXT = 2


def render(report: Report, out: TextIO) -> None:
    """Write a report as GitHub Flavored Markdown, errors first, short enough for one comment."""
    comment = Limited(out)
    unchecked = _unchecked(report)
    if report.findings:
        aside = asides(report)
        note = f" ({aside})" if aside else ""
        comment.write(f"### meshctl: {counts(report.summary)}\n\n")
        comment.write(f"{analysed(report.summary)}{note}\n\n")
        _write_findings(report, comment, len(unchecked.encode()) + _ENDS)
    else:
        comment.write(f"### meshctl\n\n{outcome(report)}\n")
    comment.write(unchecked)


def _write_findings(report: Report, comment: Limited, reserved: int) -> None:
    findings = sorted(report.findings, key=lambda finding: -finding.severity.rank)
    comment.write("| severity | place | finding |\n|---|---|---|\n")
    rows = comment.write_fitting(map(_row, findings), _TABLE)
    if rows < len(findings):
        comment.write(f"\nand {amount(len(findings) - rows, 'more finding')}\n")
    comment.write("\n<details><summary>Details and fixes</summary>\n\n")
    details = (_details(report, finding) for finding in findings)
    told = comment.write_fitting(details, comment.left - reserved)
    if told < len(findings):
        more = amount(len(findings) - told, "more finding")
        comment.write(f"and {more} (-o text shows all)\n\n")
    comment.write("</details>\n")


def _unchecked(report: Report) -> str:
    reasons = unchecked_reasons(report)
    if not reasons:
        return ""
    out = StringIO()
    folded = Limited(out)
    folded.write("\n<details><summary>Not fully checked</summary>\n\n")
    lines = (f"- {escaped(reason)}: {', '.join(map(_code, rules))}\n" for reason, rules in reasons)
    told = folded.write_fitting(lines, _REASONS)
    if told < len(reasons):
        folded.write(f"- and {len(reasons) - told} more (-o json lists all)\n")
    folded.write("\n</details>\n")
    return out.getvalue()


def _row(finding: LocatedFinding) -> str:
    message = finding.message
    if len(message) > _LONGEST_CELL:
        message = f"{message[:_LONGEST_CELL]}..."
    where = _code(place(finding.location))
    level = f"{_ICONS[finding.severity]} {finding.severity.value}"
    return f"| {level} | {where} | {escaped(message)}<br>{_code(finding.rule)} |\n"


def _details(report: Report, finding: LocatedFinding) -> str:
    page = report.page_of(finding.rule)
    paragraphs = [
        f"#### {_ICONS[finding.severity]} {f'[{_code(finding.rule)}]({page})' if page else _code(finding.rule)}",
        *map(escaped, message_lines(finding.message)),
        f"{_where(finding.location, finding.resource)}",
        *_frame(finding.location, "^"),
    ]
    for item in finding.related:
        paragraphs.append(f"{_where(item.location, item.resource)}: {escaped(item.message)}")
        paragraphs += _frame(item.location, "-")
    fix = effective_fix(report, finding)
    if fix:
        paragraphs.append(f"**Fix:** {escaped(fix)}")
    return "\n\n".join(paragraphs) + "\n\n"


def _where(location: Location, resource: ResourceId) -> str:
    title = f" {escaped(resource.title)}" if any(resource) else ""
    return f"{_code(place(location))}{title}"


def _frame(location: Location, mark: str) -> Iterator[str]:
    rows = code_frame(location, _CONTEXT, mark)
    if rows:
        gutter = gutter_width(rows)
        text = "\n".join(numbered(row, gutter) for row in rows)
        yield fenced(text, "text")


def _code(text: str) -> str:
    """Set text as code; a table would split it at a pipe, and a backtick would end it."""
    shown = visible(text)
    is_markup = set(shown) & set("|`<>@[]")
    return f"<code>{escaped(text)}</code>" if is_markup else f"`{shown}`"
