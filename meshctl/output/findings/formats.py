"""The output formats, and the module that writes each of them."""

from importlib import import_module
from typing import TextIO

from meshctl.engine.report import Report
from meshctl.errors import UsageError
from meshctl.output.findings.text_report.view import ReportView
from meshctl.words import quoted

FORMATS: dict[str, str] = {
    "text": "meshctl.output.findings.text_report.report",
    "json": "meshctl.output.findings.json_v1",
    "yaml": "meshctl.output.findings.yaml_v1",
    "sarif": "meshctl.output.findings.sarif",
    "github": "meshctl.output.findings.github",
    "github-review": "meshctl.output.findings.github_review",
    "gitlab": "meshctl.output.findings.gitlab",
    "junit": "meshctl.output.findings.junit",
    "markdown": "meshctl.output.findings.markdown",
    "html": "meshctl.output.findings.html",
}
"""Every format with its module, which is imported only when the format is asked for."""

_FOR_PEOPLE = frozenset({"text", "html"})
_FOR_CODE_HOSTS = frozenset({"sarif", "github", "gitlab", "junit", "markdown"})


def render(name: str, report: Report, out: TextIO, view: ReportView | None = None) -> None:
    """Write a report in the named format; ``view`` is for people alone. A name that does not exist is a ``UsageError``."""
    if name not in FORMATS:
        raise UsageError(f"unknown format {quoted(name)}; choose one of {', '.join(FORMATS)}")
    if name in _FOR_CODE_HOSTS:
        from meshctl.output.paths import from_top  # noqa: PLC0415 - a person needs none of it

        report = from_top(report)
    module = import_module(FORMATS[name])
    if name in _FOR_PEOPLE:
        module.render(report, out, view)
    else:
        module.render(report, out)
