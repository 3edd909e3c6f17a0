"""Writes a report as JUnit XML, so that build servers show findings as tests."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TextIO

from meshctl.engine.report import LocatedFinding, Report
from meshctl.output.findings.wording import effective_fix, outcome, place
from meshctl.rules.api import Severity

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_INVISIBLE = re.compile("[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_COMMAND = re.compile(r"^([ \t]*)::", re.MULTILINE)
"""What the log of a build server would obey."""
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE = _TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})


def render(report: Report, out: TextIO) -> None:
    """Write a test suite for each file with findings, and one for the analysis itself.

    Errors and warnings are failures; an info is a skipped test, which is seen but fails no
    build. The last suite has a test even where nothing was found, since build servers take a
    report without any test for a broken one.
    """
    failures = sum(map(_fails, report.findings))
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    tests, crashed = len(report.findings) + 1, int(report.crashed)
    named = _attributes(
        name="meshctl", tests=tests, failures=failures, errors=crashed,
        skipped=len(report.findings) - failures,
    )  # fmt: skip
    out.write(f"<testsuites {named}>\n")
    for file, group in groupby(report.findings, key=lambda finding: finding.location.file):
        out.writelines(_suite(report, file, list(group)))
    out.writelines(_analysis(report))
    out.write("</testsuites>\n")


def _fails(finding: LocatedFinding) -> bool:
    return finding.severity is not Severity.INFO


def _suite(report: Report, file: str, findings: list[LocatedFinding]) -> Iterator[str]:
    failures = sum(map(_fails, findings))
    named = _attributes(
        name=file, tests=len(findings), failures=failures, errors=0,
        skipped=len(findings) - failures,
    )  # fmt: skip
    yield f"  <testsuite {named}>\n"
    for finding in findings:
        yield from _case(report, finding)
    yield "  </testsuite>\n"


def _case(report: Report, finding: LocatedFinding) -> Iterator[str]:
    where = finding.location
    title = f" {finding.resource.title}" if any(finding.resource) else ""
    named = _attributes(
        classname=finding.rule, name=f"{place(where)}{title}", file=where.file, line=where.line,
    )  # fmt: skip
    yield f"    <testcase {named}>\n"
    if _fails(finding):
        text = _escaped("\n".join(_lines(report, finding)), _TEXT)
        reason = _attributes(message=finding.message, type=finding.severity.value)
        yield f"      <failure {reason}>{text}</failure>\n"
    else:
        yield f"      <skipped {_attributes(message=finding.message)}/>\n"
    yield "    </testcase>\n"


def _lines(report: Report, finding: LocatedFinding) -> Iterator[str]:
    yield finding.message
    yield f"at {place(finding.location)} {finding.location.path}".rstrip()
    for item in finding.related:
        yield f"see {place(item.location)}: {item.message}"
    fix = effective_fix(report, finding)
    if fix:
        yield f"fix: {fix}"


def _analysis(report: Report) -> Iterator[str]:
    crashed = int(report.crashed)
    named = _attributes(name="meshctl", tests=1, failures=0, errors=crashed, skipped=0)
    yield f"  <testsuite {named}>\n"
    yield f"    <testcase {_attributes(classname='meshctl', name='analysis')}>\n"
    if crashed:
        yield f"      <error {_attributes(message='a rule crashed', type='crash')}/>\n"
    notes = [outcome(report)]
    notes += [f"not fully checked: {item.rule}: {item.reason}" for item in report.not_checked]
    text = _escaped("\n".join(notes), _TEXT)
    yield f"      <system-out>{text}</system-out>\n"
    yield "    </testcase>\n  </testsuite>\n"


def _attributes(**values: object) -> str:
    return " ".join(f'{key}="{_escaped(value, _ATTRIBUTE)}"' for key, value in values.items())


def _escaped(value: object, table: dict[int, str]) -> str:
    text = _INVISIBLE.sub("\ufffd", _FORBIDDEN.sub("", str(value)))
    text = text.translate(table).replace("##", "#&#35;")
    return _COMMAND.sub(r"\1&#58;:", text)
