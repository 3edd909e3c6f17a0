"""Writes a report as SARIF 2.1.0, for code hosts and editors."""

import json
from typing import Any, TextIO

from meshctl.engine.report import LocatedFinding, Location, NotCheckedRule, Report, ResourceId
from meshctl.output.as_json.arrays import write_array
from meshctl.output.paths import uri
from meshctl.output.stderr import complain
from meshctl.rules.api import Rule, Severity
from meshctl.words import amount, message_lines, one_line

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_GITHUB_SEVERITIES = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "recommendation",
}
_FINGERPRINT = "meshctl/v1"


MOST_RESULTS = 5_000
MOST_BYTES = 10_000_000
"""What GitHub shows of one upload, and takes as one file."""

_BESIDE = 200
"""Bytes around each part, at most."""


def render(report: Report, out: TextIO) -> None:
    """Write a report as one SARIF run, one result a line, the worst first.

    What GitHub would not take is cut off, and a notification of the run says how much.
    """
    rules = [report.rules[rule] for rule in sorted(report.rules)]
    described = [_rule(rule, report.page_of(rule.id)) for rule in rules]
    indexes = {rule.id: index for index, rule in enumerate(rules)}
    out.write(f'{{\n  "$schema": "{_SCHEMA}",\n  "version": "2.1.0",\n  "runs": [{{\n')
    out.write('    "tool": {"driver": {"name": "meshctl", ')
    out.write(f'"version": {json.dumps(report.version)}, "rules": ')
    write_array(out, described, "    ")
    taken = sum(map(_size, described)) + _size(_invocation(report, 0))
    results = _fitting(report, indexes, MOST_BYTES - taken)
    cut = len(report.findings) - len(results)
    if cut:
        complain(f"note: SARIF: {_cut_note(report, cut)}")
    out.write('}},\n    "invocations": ')
    write_array(out, [_invocation(report, cut)], "    ")
    out.write(',\n    "columnKind": "unicodeCodePoints",\n    "results": ')
    write_array(out, results, "    ")
    out.write("\n  }]\n}\n")


def _fitting(report: Report, indexes: dict[str, int], left: int) -> list[dict[str, Any]]:
    """Make the results that fit, errors first and each kind in the order of the report."""
    results: list[dict[str, Any]] = []
    for finding in sorted(
        report.findings, key=lambda located_finding: -located_finding.severity.rank
    ):
        result = _result(finding, indexes)
        left -= _size(result)
        if left < 0 or len(results) == MOST_RESULTS:
            break
        results.append(result)
    return results


def _cut_note(report: Report, cut: int) -> str:
    return (
        f"{cut} of {amount(len(report.findings), 'finding')} are left out, since GitHub takes "
        f"{MOST_RESULTS} results and 10 MB; the worst are kept, and -o json has all"
    )


def _size(data: object) -> int:
    return len(json.dumps(data)) + _BESIDE


def _rule(rule: Rule, page: str) -> dict[str, Any]:
    explanation, _, _ = rule.docs.partition("Fix:")
    summary, _, details = explanation.partition("\n")
    description = " ".join(details.split()) or summary
    return {
        "id": rule.id,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": description},
        "help": {
            "text": rule.docs or summary,
            "markdown": f"{explanation.strip()}\n\n**Fix:** {rule.fix}" if rule.fix else rule.docs,
        },
        **({"helpUri": page} if page else {}),
        **({"deprecatedIds": list(rule.renamed_from)} if rule.renamed_from else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["istio", rule.family],
            "problem.severity": _GITHUB_SEVERITIES[rule.severity],
            "equivalents": list(rule.equivalents),
        },
    }


def _invocation(report: Report, cut: int) -> dict[str, Any]:
    notifications = [_notification(item) for item in report.not_checked]
    if cut:
        notifications.insert(0, {"level": "warning", "message": _message(_cut_note(report, cut))})
    return {
        "executionSuccessful": not report.crashed,
        "toolExecutionNotifications": notifications,
    }


def _notification(item: NotCheckedRule) -> dict[str, Any]:
    return {
        "level": "note",
        "message": _message(f"not fully checked: {one_line(item.reason)}"),
        "associatedRule": {"id": item.rule},
    }


def _result(finding: LocatedFinding, indexes: dict[str, int]) -> dict[str, Any]:
    lines = message_lines(finding.message)
    if finding.fix:
        lines.append(f"Fix: {one_line(finding.fix)}")
    result: dict[str, Any] = {"ruleId": finding.rule}
    if finding.rule in indexes:
        result["ruleIndex"] = indexes[finding.rule]
    result |= {
        "level": _LEVELS[finding.severity],
        "message": _message("\n".join(lines)),
        "locations": [_location(finding.location, finding.resource)],
        "partialFingerprints": {_FINGERPRINT: finding.fingerprint},
        "properties": {"path": finding.location.path},
    }
    if finding.clusters:
        result["properties"]["clusters"] = list(finding.clusters)
    if finding.related:
        result["relatedLocations"] = [
            {"id": number, "message": _message(one_line(item.message))}
            | _location(item.location, item.resource)
            for number, item in enumerate(finding.related, 1)
        ]
    if finding.shown_edits:
        result["fixes"] = [_fix(finding)]
    return result


def _fix(finding: LocatedFinding) -> dict[str, Any]:
    """Write the edits by file, as section 3.55 of SARIF 2.1.0 has them."""
    changes: dict[str, list[dict[str, Any]]] = {}
    for edit in finding.edits:
        region = {
            "startLine": edit.line, "startColumn": edit.column,
            "endLine": edit.end_line, "endColumn": edit.end_column,
        }  # fmt: skip
        replacement: dict[str, Any] = {"deletedRegion": region}
        if edit.text:
            replacement["insertedContent"] = {"text": edit.text}
        changes.setdefault(edit.file, []).append(replacement)
    kind = "safe" if finding.is_safe else "unsafe: look at it"
    return {
        "description": _message(one_line(finding.fix or "") + f" ({kind})"),
        "artifactChanges": [
            {"artifactLocation": {"uri": uri(file)}, "replacements": replacements}
            for file, replacements in changes.items()
        ],
    }


def _message(text: str) -> dict[str, str]:
    """Make a message whose text cannot turn into a link (SARIF 2.1.0, section 3.11.6).

    Braces stay single: a message without arguments has no placeholders to expand.
    """
    return {"text": text.replace("](", "\\](")}


def _location(location: Location, resource: ResourceId) -> dict[str, Any]:
    data: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": uri(location.file)},
            "region": {
                "startLine": location.line,
                "startColumn": location.column,
                "endLine": location.end_line,
                "endColumn": location.end_column,
            },
        }
    }
    if any(resource):
        data["logicalLocations"] = [
            {
                "name": resource.name,
                "fullyQualifiedName": resource.title,
                "kind": "resource",
            }
        ]
    return data
