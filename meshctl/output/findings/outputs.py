"""Sends a report where it was asked for, and turns it into an exit code."""

import io
import sys
from collections.abc import Callable
from typing import TextIO, TypeVar

from meshctl.engine.report import Report
from meshctl.errors import UsageError
from meshctl.mesh import Mesh
from meshctl.output.files import write_file
from meshctl.output.findings.formats import FORMATS, render
from meshctl.output.findings.text_report.view import ReportView
from meshctl.output.stderr import complain
from meshctl.rules.api import Severity
from meshctl.timing import phase
from meshctl.words import quoted

Answer = TypeVar("Answer")
_FAIL_ON = (*Severity, "never")


class Outputs:
    """The formats that were asked for: one on standard output, any number in files."""

    def __init__(
        self, name: str, files: list[str], fail_on: str, view: ReportView | None = None,
        severity: str = "info",
    ) -> None:  # fmt: skip
        self._name = _format(name)
        self._files = [_format_and_file(text) for text in files]
        if fail_on not in _FAIL_ON:
            raise UsageError(f"--fail-on {quoted(fail_on)} is not one of {', '.join(_FAIL_ON)}")
        self._fail_on = fail_on
        self._view = view or ReportView()
        if severity not in (*Severity,):
            raise UsageError(f"--severity {quoted(severity)} is not one of {', '.join(Severity)}")
        self._least = Severity(severity).rank

    @phase("output")
    def write(self, report: Report, mesh: Mesh | None = None) -> None:
        """Write every format; files first, so that a broken pipe loses none of them.

        Of the ``mesh`` that the report is about a page shows more.
        """
        self._view = self._view._replace(mesh=mesh)
        self.write_each(self.shown(report), self.render)

    def write_each(self, answer: Answer, writer: Callable[[str, Answer, TextIO], None]) -> None:
        """Write an answer in every format by ``writer``, which is told the name of each."""
        for name, file in self._files:
            text = io.StringIO()
            writer(name, answer, text)
            write_file(file, text.getvalue())
        writer(self._name, answer, sys.stdout)
        sys.stdout.flush()

    def shown(self, report: Report) -> Report:
        """Leave out what weighs less than asked for; notes go to standard error."""
        for note in report.notes:
            complain(f"note: {note}")
        return report.with_findings(
            found for found in report.findings if found.severity.rank >= self._least
        )

    def render(self, name: str, report: Report, out: TextIO) -> None:
        """Write a report in one format."""
        render(name, report, out, self._view)

    def exit_code(self, report: Report) -> int:
        """0 nothing at or above the threshold, 1 findings, 2 a rule crashed or files are unread."""
        if report.crashed or report.is_incomplete:
            return 2
        if self._fail_on == "never":
            return 0
        least = Severity(self._fail_on).rank
        return int(any(found.severity.rank >= least for found in report.findings))


def _format(name: str) -> str:
    if name not in FORMATS:
        raise UsageError(
            f"there is no output format {quoted(name)}; take one of {', '.join(FORMATS)}"
        )
    return name


def _format_and_file(text: str) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not equals or not file:
        raise UsageError(f"-O {quoted(text)} should be FORMAT=FILE, such as sarif=meshctl.sarif")
    return _format(name), file
