"""Publishes audits in the cluster, where this replica is the one to do so."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from meshctl.cluster.api import Cluster, ClusterError, NotFoundError
from meshctl.gate.audit.events import events
from meshctl.gate.audit.lease import Lease
from meshctl.gate.audit.policy_reports import GROUP, NAME, VERSION, path_of, policy_reports
from meshctl.gate.audit.results import AuditFinding, appeared


class Publisher:
    """Writes Events of what is new, and PolicyReports of all there is if their CRD is there.

    What can't be written is left: metrics have it too, and the next audit tries again.
    """

    def __init__(self, cluster: Cluster, lease: Lease) -> None:
        self._cluster = cluster
        self._lease = lease
        self._known: Sequence[AuditFinding] | None = None
        self._reported: set[str] = set()

    def publish(self, findings: Sequence[AuditFinding]) -> bool:
        """Publish an audit; false where another replica does."""
        if not self._lease.take():
            self._known = findings  # whoever takes over tells nothing twice
            return False
        new = findings if self._known is None else appeared(self._known, findings)[0]
        self._known = findings
        for event in events(new):
            home = event["metadata"]["namespace"]
            with suppress(ClusterError):  # it is there already, from before a restart
                self._cluster.request("POST", f"/api/v1/namespaces/{home}/events", body=event)
        if self._has_reports():
            self._report(findings)
        return True

    def _has_reports(self) -> bool:
        try:
            self._cluster.request("GET", f"/apis/{GROUP}/{VERSION}")
        except ClusterError:
            return False
        return True

    def _report(self, findings: Sequence[AuditFinding]) -> None:
        reports = {
            path_of(policy_report, NAME): policy_report
            for policy_report in policy_reports(findings)
        }
        for path in self._reported - reports.keys():
            with suppress(ClusterError):
                self._cluster.request("DELETE", path)
        for path, report in reports.items():
            with suppress(ClusterError):
                self._put(path, report)
        self._reported = set(reports)

    def _put(self, path: str, report: dict[str, Any]) -> None:
        try:
            found = self._cluster.request("GET", path)
        except NotFoundError:
            self._cluster.request("POST", path_of(report), body=report)
            return
        meta = {**found.get("metadata", {}), "labels": report["metadata"]["labels"]}
        self._cluster.request("PUT", path, body={**report, "metadata": meta})
