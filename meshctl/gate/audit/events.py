"""Writes what audits find anew as Events of the objects concerned, which kubectl describe shows."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from meshctl.gate.audit.results import AuditFinding
from meshctl.istio.kind_names import CLUSTER_SCOPED
from meshctl.words import one_line

MOST = 50
"""Events of one audit; a mesh that breaks as a whole has its metrics."""
_LONGEST = 1_000
_HOME = "default"
"""Where Kubernetes keeps the Events of objects without a namespace."""


def events(findings: Iterable[AuditFinding]) -> Iterator[dict[str, Any]]:
    """Make an Event of each finding that is more than a smell; names keep them from repeating."""
    bad = [finding for finding in findings if finding.severity != "info" and finding.kind]
    for finding in bad[:MOST]:
        yield _event(finding)


def _event(finding: AuditFinding) -> dict[str, Any]:
    home = _HOME if finding.kind in CLUSTER_SCOPED else finding.namespace
    now = datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"meshctl.{finding.fingerprint[:24]}", "namespace": home},
        "involvedObject": {
            "apiVersion": finding.api_version,
            "kind": finding.kind,
            "name": finding.name,
            **({"namespace": finding.namespace} if finding.namespace else {}),
        },
        "type": "Warning",
        "reason": _reason(finding.rule),
        "message": one_line(f"{finding.rule}: {finding.message}")[:_LONGEST],
        "source": {"component": "meshctl"},
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }


def _reason(rule: str) -> str:
    """Write a rule in the form of reasons: ``VirtualServiceGatewayNotFound``."""
    return "".join(word.capitalize() for word in rule.replace("/", "-").split("-"))
