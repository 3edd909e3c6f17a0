"""Writes a report as JSON, version 1 (``schemas/report-v1.json``)."""

from typing import Any, TextIO

from meshctl.engine.report import LocatedFinding, RelatedPlace, Report, ResourceId
from meshctl.output.as_json.arrays import write_array
from meshctl.output.as_json.texts import json_text
from meshctl.output.findings.wording import effective_fix

VERSION = 1


def render(report: Report, out: TextIO) -> None:
    """Write a report as JSON, one finding a line."""
    out.write("{\n")
    out.writelines(f'  "{key}": {json_text(value)},\n' for key, value in preamble(report).items())
    out.write('  "findings": ')
    write_array(out, (finding_data(report, finding) for finding in report.findings), "  ")
    out.write(',\n  "not_checked": ')
    write_array(out, (item._asdict() for item in report.not_checked), "  ")
    out.write("\n}\n")


def preamble(report: Report) -> dict[str, Any]:
    """Give what comes before the findings: the format's version, the tool and the counts."""
    summary = report.summary
    return {
        "version": VERSION,
        "tool": {"name": "meshctl", "version": report.version},
        "summary": {
            "files": summary.files,
            "documents": summary.documents,
            "resources": summary.resources,
            "errors": summary.errors,
            "warnings": summary.warnings,
            "infos": summary.infos,
            "ignored": summary.ignored,
            "skipped": summary.skipped,
            "broken": summary.broken,
        },
    }


def finding_data(report: Report, finding: LocatedFinding) -> dict[str, Any]:
    """Give one finding; ``fix`` is its own or its rule's, as in the text report."""
    page = report.page_of(finding.rule)
    data = {
        "rule": finding.rule,
        "equivalents": list(finding.equivalents),
        "severity": finding.severity.value,
        "message": finding.message,
        "resource": _resource(finding.resource),
        "location": finding.location.form(),
        "related": [_related(item) for item in finding.related],
        "fix": effective_fix(report, finding),
        "edits": [edit._asdict() for edit in finding.shown_edits],
        "safe": finding.is_safe if finding.shown_edits else None,
    }
    if page:
        data["page"] = page
    return data | {"clusters": list(finding.clusters)} if finding.clusters else data


def _related(item: RelatedPlace) -> dict[str, Any]:
    return {
        "message": item.message,
        "resource": _resource(item.resource),
        "location": item.location.form(),
    }


def _resource(resource: ResourceId) -> dict[str, str] | None:
    return resource.form() if any(resource) else None
