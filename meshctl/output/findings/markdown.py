"""Writes a comment for a pull request: counts, a table, and the details folded."""

import re
from collections.abc import Iterable, Iterator
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
from meshctl.output.markdown import escaped
from meshctl.rules.api import Severity
from meshctl.words import amount, message_lines, visible

_ICONS = {Severity.ERROR: "🔴", Severity.WARNING: "🟡", Severity.INFO: "🔵"}

# Characters for each part: GitHub refuses comments of more than 65,536.
_TABLE, _DETAILS, _REASONS = 20_000, 30_000, 8_000

_LONGEST_CELL = 300
_CONTEXT = 2


def render(report: Report, out: TextIO) -> None:
    """Write a report as GitHub Flavored Markdown, errors first, short enough for one comment."""
    if report.findings:
        aside = asides(report)
        note = f" ({aside})" if aside else ""
        out.write(f"### meshctl: {counts(report.summary)}\n\n")
        out.write(f"{analysed(report.summary)}{note}\n\n")
        _write_findings(report, out)
    else:
        out.write(f"### meshctl\n\n{outcome(report)}\n")
    _write_unchecked(report, out)


def _write_findings(report: Report, out: TextIO) -> None:
    findings = sorted(report.findings, key=lambda finding: -finding.severity.rank)
    out.write("| severity | place | finding |\n|---|---|---|\n")
    rows = _write_fitting(out, map(_row, findings), _TABLE)
    if rows < len(findings):
        out.write(f"\nand {amount(len(findings) - rows, 'more finding')}\n")
    out.write("\n<details><summary>Details and fixes</summary>\n\n")
    told = _write_fitting(out, (_details(report, finding) for finding in findings), _DETAILS)
    if told < len(findings):
        out.write(f"and {amount(len(findings) - told, 'more finding')} (-o text shows all)\n\n")
    out.write("</details>\n")


def _write_unchecked(report: Report, out: TextIO) -> None:
    reasons = unchecked_reasons(report)
    if not reasons:
        return
    out.write("\n<details><summary>Not fully checked</summary>\n\n")
    lines = (f"- {escaped(reason)}: {', '.join(map(_code, rules))}\n" for reason, rules in reasons)
    told = _write_fitting(out, lines, _REASONS)
    if told < len(reasons):
        out.write(f"- and {len(reasons) - told} more (-o json lists all)\n")
    out.write("\n</details>\n")


def _write_fitting(out: TextIO, parts: Iterable[str], budget: int) -> int:
    """Write as many parts as fit the budget of characters, and say how many did."""
    written = 0
    for part in parts:
        budget -= len(part)
        if budget < 0:
            break
        out.write(part)
        written += 1
    return written


def _row(finding: LocatedFinding) -> str:
    message = finding.message
    if len(message) > _LONGEST_CELL:
        message = f"{message[:_LONGEST_CELL]}..."
    where = _code(place(finding.location))
    level = f"{_ICONS[finding.severity]} {finding.severity.value}"
    return f"| {level} | {where} | {escaped(message)}<br>{_code(finding.rule)} |\n"


def _details(report: Report, finding: LocatedFinding) -> str:
    paragraphs = [
        f"#### {_ICONS[finding.severity]} {_code(finding.rule)}",
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
        longest = max((len(run) for run in re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)
        yield f"{fence}text\n{text}\n{fence}"


def _code(text: str) -> str:
    """Set text as code; a table would split it at a pipe, and a backtick would end it."""
    shown = visible(text)
    return f"<code>{escaped(text)}</code>" if "|" in shown or "`" in shown else f"`{shown}`"
