"""A subset's labels are carried by no workload of the service.

Pods of a subset have the labels of the Service's selector and those of the subset. When there are
none, Envoy has a cluster without endpoints: a route to the subset answers `503 UH` (no healthy
upstream).

Fix: correct the labels of the subset, or deploy the workload that carries them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule, Subset
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(
    on=DestinationRule, severity=Severity.ERROR, equivalents=("IST0173", "KIA0203"), since="0.1.0"
)
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report subsets without a workload, where the input shows the service's other pods."""
    host = mesh.registry.resolve(destination_rule.host, destination_rule.namespace)
    for subset in destination_rule.subsets:
        if not subset.labels:
            continue
        if host is None or not mesh.knows_pods_of(host):
            yield NotChecked("the input has no workload of the service a subset is for")
        elif not mesh.workloads.of_subset(host, subset.labels):
            yield _finding(subset, host.host, mesh)


def _finding(subset: Subset, host: str, mesh: Mesh) -> Finding:
    labels = ", ".join(f"{key}={value}" for key, value in sorted(subset.labels.items()))
    uses = [one for one in mesh.destinations.to(host) if one.subset == subset.name]
    finding = Finding(
        subset.at("labels"),
        f"no workload of {host} has the labels {labels}: requests to subset {subset.name!r} get "
        "503 no healthy upstream",
        severity=None if uses else Severity.WARNING,
    )
    return finding.also(uses[0].at("subset"), "sends requests there") if uses else finding
