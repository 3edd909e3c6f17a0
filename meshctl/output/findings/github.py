"""Annotates a pull request of GitHub: one workflow command a finding."""

from typing import TextIO

from meshctl.engine.report import LocatedFinding, Report
from meshctl.output.findings.wording import effective_fix, last_line, outcome, place
from meshctl.output.paths import repository_path
from meshctl.rules.api import Severity
from meshctl.words import message_lines, one_line, visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report, out: TextIO) -> None:
    """Write an annotation for each finding, then the outcome for the log."""
    out.writelines(f"{_command(report, finding)}\n" for finding in report.findings)
    out.write(f"{outcome(report)}\n")


def _command(report: Report, finding: LocatedFinding) -> str:
    where = finding.location
    properties: dict[str, object] = {
        "file": repository_path(where.file),
        "line": where.line,
        "endLine": last_line(where),
    }
    if where.line == where.end_line:
        # GitHub takes columns only for annotations within one line.
        properties |= {"col": where.column, "endColumn": where.end_column}
    properties["title"] = finding.rule
    named = ",".join(f"{key}={_escaped(value, _PROPERTY)}" for key, value in properties.items())
    text = "\n".join(_lines(report, finding))
    return f"::{_COMMANDS[finding.severity]} {named}::{_escaped(text, _DATA)}"


def _lines(report: Report, finding: LocatedFinding) -> list[str]:
    lines = message_lines(finding.message)
    if any(finding.resource):
        lines.append(finding.resource.title)
    lines += [f"See {place(item.location)}: {one_line(item.message)}" for item in finding.related]
    fix, page = effective_fix(report, finding), report.page_of(finding.rule)
    return [
        *lines,
        *([f"Fix: {fix}"] if fix else []),
        *([f"About this rule: {page}"] if page else []),
    ]


def _escaped(value: object, table: dict[int, str]) -> str:
    return visible(str(value).translate(table))
