"""Lets one replica alone write what audits found, by a Lease as controllers of Kubernetes do.

The fields are those of k8s.io/client-go/tools/leaderelection (Kubernetes 1.34).
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from meshctl.cluster.api import Cluster, ClusterError, NotFoundError

_SECONDS = 360
"""How long a holder may be silent: longer than from one audit to the next."""
NAME = "meshctl-audit"


class Lease(NamedTuple):
    """The Lease in a namespace, as one replica sees it."""

    cluster: Cluster
    namespace: str
    identity: str

    @property
    def _path(self) -> str:
        return f"/apis/coordination.k8s.io/v1/namespaces/{self.namespace}/leases"

    def take(self) -> bool:
        """Hold it now, or go on holding it; false where another replica does.

        Two that try at once get a conflict for one of them, by the resourceVersion.
        """
        try:
            found = self.cluster.request("GET", f"{self._path}/{NAME}")
        except NotFoundError:
            return self._write("POST", self._path, self._lease({}))
        except ClusterError:
            return False
        spec = found.get("spec") or {}
        if spec.get("holderIdentity") != self.identity and not _has_ended(spec):
            return False
        return self._write("PUT", f"{self._path}/{NAME}", {**found, **self._lease(spec)})

    def _write(self, method: str, path: str, body: dict[str, Any]) -> bool:
        if method == "POST":
            body["metadata"] = {"name": NAME, "namespace": self.namespace}
        try:
            self.cluster.request(method, path, body=body)
        except ClusterError:
            return False
        return True

    def _lease(self, known: dict[str, Any]) -> dict[str, Any]:
        now = datetime.now(tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        is_mine = known.get("holderIdentity") == self.identity
        spec = {
            "holderIdentity": self.identity,
            "leaseDurationSeconds": _SECONDS,
            "acquireTime": known.get("acquireTime") if is_mine else now,
            "renewTime": now,
            "leaseTransitions": int(known.get("leaseTransitions") or 0) + (not is_mine),
        }
        return {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": spec}


def _has_ended(spec: dict[str, Any]) -> bool:
    try:
        renewed = datetime.fromisoformat(str(spec.get("renewTime")))
        seconds = int(spec.get("leaseDurationSeconds") or _SECONDS)
    except ValueError:
        return True
    if renewed.tzinfo is None:
        renewed = renewed.replace(tzinfo=UTC)
    return renewed + timedelta(seconds=seconds) < datetime.now(tz=UTC)
