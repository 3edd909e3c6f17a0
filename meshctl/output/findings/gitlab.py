"""Writes a Code Quality report, which GitLab shows in merge requests."""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, TextIO

from meshctl.engine.report import Report
from meshctl.output.as_json.arrays import write_array
from meshctl.output.findings.wording import last_line
from meshctl.output.paths import repository_path
from meshctl.rules.api import Severity
from meshctl.words import message_lines

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, out: TextIO) -> None:
    """Write every finding as a Code Quality issue, one a line."""
    write_array(out, _issues(report))
    out.write("\n")


def _issues(report: Report) -> Iterator[dict[str, Any]]:
    seen: Counter[tuple[str, str]] = Counter()
    for finding in report.findings:
        where = finding.location
        path = repository_path(where.file)
        same = (path, finding.fingerprint)
        page = report.page_of(finding.rule)
        yield {
            "description": "\n".join(message_lines(finding.message)),
            "check_name": finding.rule,
            "fingerprint": _fingerprint(*same, seen[same]),
            "severity": _SEVERITIES[finding.severity],
            "location": {
                "path": path,
                "lines": {"begin": where.line, "end": last_line(where)},
                "positions": {
                    "begin": {"line": where.line, "column": where.column},
                    "end": {"line": where.end_line, "column": where.end_column},
                },
            },
            **({"content": {"body": f"[About this rule]({page})"}} if page else {}),
        }
        seen[same] += 1


def _fingerprint(path: str, fingerprint: str, earlier: int) -> str:
    """Tell findings apart that GitLab would merge: same object in two files, or twice in one."""
    text = f"{path}\0{fingerprint}\0{earlier}"
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]
