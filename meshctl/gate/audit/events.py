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
    bad = [one for one in findings if one.severity != "info" and one.kind]
    for one in bad[:MOST]:
        yield _event(one)


def _event(one: AuditFinding) -> dict[str, Any]:
    home = _HOME if one.kind in CLUSTER_SCOPED else one.namespace
    now = datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"meshctl.{one.fingerprint[:24]}", "namespace": home},
        "involvedObject": {
            "apiVersion": one.api_version,
            "kind": one.kind,
            "name": one.name,
            **({"namespace": one.namespace} if one.namespace else {}),
        },
        "type": "Warning",
        "reason": _reason(one.rule),
        "message": one_line(f"{one.rule}: {one.message}")[:_LONGEST],
        "source": {"component": "meshctl"},
        "firstTimestamp": now,
        "lastTimestamp": now,
        "count": 1,
    }


def _reason(rule: str) -> str:
    """Write a rule in the form of reasons: ``VirtualServiceGatewayNotFound``."""
    return "".join(word.capitalize() for word in rule.replace("/", "-").split("-"))
