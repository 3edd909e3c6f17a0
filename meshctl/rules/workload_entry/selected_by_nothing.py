"""Nothing selects a WorkloadEntry, although ServiceEntries of its namespace select machines.

The `workloadSelector` of a ServiceEntry, or the selector of a Service, picks the machines of its own namespace
that have all of its labels. A WorkloadEntry that no selector picks gets no request.

Fix: write the labels of the selector.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadEntry
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=WorkloadEntry, severity=Severity.WARNING, since="0.1.0")
def check(entry: WorkloadEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report machines without a host, in namespaces where the hosts of machines are known."""
    if not entry.spec.labels_of("labels") or not mesh.registry.machine_hosts.is_forgotten(entry):
        return
    for kind in ("ServiceEntry", "Service"):
        known = mesh.knows.all_of(kind, entry.namespace)
        if not known:
            yield NotChecked(known.reason)
            return
    labels = ", ".join(f"{key}={text}" for key, text in entry.spec.labels_of("labels").items())
    yield Finding(
        entry.spec.at("labels"),
        f"no ServiceEntry and no Service selects {labels}: it gets no request",
    )
