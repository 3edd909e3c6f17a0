"""Writes what audits find as PolicyReports, one a namespace, which policy reporters collect.

The form is that of wgpolicyk8s.io/v1alpha2 (github.com/kubernetes-sigs/wg-policy-prototypes).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from meshctl.gate.audit.results import AuditFinding
from meshctl.words import one_line

GROUP = "wgpolicyk8s.io"
VERSION = "v1alpha2"
NAME = "meshctl"
LABELS = {"app.kubernetes.io/managed-by": "meshctl"}
_MOST = 1_000
"""Results of one report: an object of the API server is 1.5 MB at most."""
_LONGEST = 500
_RESULT = {"error": "fail", "warning": "warn", "info": "warn"}
_SEVERITY = {"error": "high", "warning": "medium", "info": "low"}


def policy_reports(findings: Iterable[AuditFinding]) -> Iterator[dict[str, Any]]:
    """Make the reports; findings of cluster-scoped objects are in a ClusterPolicyReport."""
    homes: dict[str, list[AuditFinding]] = {}
    for finding in findings:
        if finding.kind:
            homes.setdefault(finding.namespace, []).append(finding)
    for home, found in sorted(homes.items()):
        yield _report(home, found)


def path_of(report: dict[str, Any], name: str = "") -> str:
    """Give the path at which a report is created, or with a name where it is."""
    home = report["metadata"].get("namespace", "")
    root = f"/apis/{GROUP}/{VERSION}"
    middle = f"/namespaces/{home}/policyreports" if home else "/clusterpolicyreports"
    return f"{root}{middle}" + (f"/{name}" if name else "")


def _report(home: str, findings: list[AuditFinding]) -> dict[str, Any]:
    counts = Counter(_RESULT[finding.severity] for finding in findings)
    meta: dict[str, Any] = {"name": NAME, "labels": dict(LABELS)}
    if home:
        meta["namespace"] = home
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "PolicyReport" if home else "ClusterPolicyReport",
        "metadata": meta,
        "summary": {
            name: counts.get(name, 0) for name in ("pass", "fail", "warn", "error", "skip")
        },
        "results": [_result(finding) for finding in findings[:_MOST]],
    }


def _result(finding: AuditFinding) -> dict[str, Any]:
    subject = {"apiVersion": finding.api_version, "kind": finding.kind, "name": finding.name}
    if finding.namespace:
        subject["namespace"] = finding.namespace
    return {
        "policy": finding.rule.partition("/")[0],
        "rule": finding.rule,
        "source": "meshctl",
        "category": "Istio",
        "result": _RESULT[finding.severity],
        "severity": _SEVERITY[finding.severity],
        "message": one_line(finding.message)[:_LONGEST],
        "resources": [subject],
    }
