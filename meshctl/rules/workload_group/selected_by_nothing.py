"""Nothing selects the machines of a WorkloadGroup, while ServiceEntries beside it select machines.

The `workloadSelector` of a ServiceEntry, or the selector of a Service, picks the machines of its own namespace
that have all of its labels. Those that join by this group get the labels of `metadata` and `template`, and no request.

Fix: write the labels of the selector into `metadata.labels`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadGroup
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=WorkloadGroup, severity=Severity.WARNING, since="0.1.0")
def check(group: WorkloadGroup, mesh: Mesh) -> Iterator[Outcome]:
    """Report groups without a host, in namespaces where the hosts of machines are known."""
    if not mesh.registry.machine_hosts.is_forgotten(group):
        return
    known = (mesh.knows.all_of(kind, group.namespace) for kind in ("ServiceEntry", "Service"))
    unknown = next((answer.reason for answer in known if not answer), "")
    if unknown:
        yield NotChecked(unknown)
        return
    labels = ", ".join(f"{key}={text}" for key, text in group.pod_labels.items())
    yield Finding(
        group.spec.at("metadata", "labels"),
        f"no ServiceEntry and no Service selects {labels}: machines that join get no request",
    )
