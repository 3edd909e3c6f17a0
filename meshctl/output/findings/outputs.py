"""Sends a report where it was asked for, and turns it into an exit code."""

from typing import TextIO

from meshctl.engine.report import Report
from meshctl.errors import UsageError
from meshctl.mesh import Mesh
from meshctl.output.destinations import Destinations
from meshctl.output.findings.formats import FORMATS, render
from meshctl.output.findings.text_report.view import ReportView
from meshctl.output.stderr import complain
from meshctl.rules.api import Severity
from meshctl.timing import phase
from meshctl.words import quoted

_FAIL_ON = (*Severity, "never")


class Outputs:
    """The formats that were asked for: one on standard output, any number in files."""

    def __init__(
        self, name: str, files: list[str], fail_on: str, view: ReportView | None = None,
        severity: str = "info",
    ) -> None:  # fmt: skip
        self.destinations = Destinations(name, files, FORMATS)
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
        self.destinations.write(self.shown(report), self.render)

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
