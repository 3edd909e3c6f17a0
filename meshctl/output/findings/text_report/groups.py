"""Sorts findings into groups: by file, rule, namespace, team or severity."""

from collections import Counter
from collections.abc import Iterable, Sequence

from meshctl.engine.report import LocatedFinding
from meshctl.output.findings.text_report.view import ReportView
from meshctl.rules.api import Severity
from meshctl.words import amount

Group = tuple[str, list[LocatedFinding]]


def grouped(findings: Iterable[LocatedFinding], view: ReportView, usual: str) -> list[Group]:
    """Put findings into named groups, those with the worst findings first, then as they come."""
    found: dict[str, list[LocatedFinding]] = {}
    for finding in findings:
        found.setdefault(name_of(finding, view, view.group_by or usual), []).append(finding)
    return sorted(
        found.items(),
        key=lambda group: -max(located_finding.severity.rank for located_finding in group[1]),
    )


def name_of(finding: LocatedFinding, view: ReportView, kind: str) -> str:
    """Name the group of a finding."""
    if kind == "rule":
        return finding.rule
    if kind == "namespace":
        return finding.resource.namespace or "no namespace"
    if kind == "team":
        return view.team_of(finding) or "no team"
    return finding.severity.value if kind == "severity" else finding.location.file


def counted(findings: Sequence[LocatedFinding]) -> str:
    """Count findings by severity, the worst first, without zeros."""
    found = Counter(finding.severity for finding in findings)
    return ", ".join(amount(found[level], level.value) for level in Severity if found[level])
