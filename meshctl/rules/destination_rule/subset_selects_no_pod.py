"""A subset's labels are carried by no workload of the service.

Pods and WorkloadEntries of a subset have the labels of the selector of the Service or ServiceEntry
and those of the subset; endpoints that a ServiceEntry lists have labels of their own. When there are
none, Envoy has a cluster without endpoints: a route to the subset answers `503 UH` (no healthy
upstream). Labels such as `topology.kubernetes.io/zone` come from the node of a pod. A subset that no
route of the whole mesh uses is only a smell.

Fix: correct the labels of the subset, or deploy the workload that carries them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule, Subset
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted

_CODES = ("IST0173", "KIA0203")


@rule(on=DestinationRule, severity=Severity.ERROR, equivalents=_CODES, since="0.1.0",
      holds=("subsets",))  # fmt: skip
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report subsets without a workload, where the input shows the service's other pods."""
    host = mesh.registry.resolve(destination_rule.host, destination_rule.namespace)
    for subset in destination_rule.subsets:
        if not subset.labels:
            continue
        picks = mesh.workloads.endpoints.picks(host, subset.labels) if host else None
        if host is None or picks is None:
            yield NotChecked("the input doesn't show all workloads of the service a subset is for")
        elif mesh.workloads.endpoints.has_none(host):
            why = f"the input, the whole mesh, has no workload of {host.host} at all"
            yield _finding(subset, host.host, mesh, why, is_certain=False)
        elif not picks:
            why = f"no workload of {host.host} has the labels {_written(subset)}"
            yield _finding(subset, host.host, mesh, why, is_certain=True)
        elif mesh.workloads.endpoints.is_on_no_node(subset.labels):
            why = f"no Node of the input is where the labels {_written(subset)} say"
            yield _finding(subset, host.host, mesh, why, is_certain=False)


def _finding(subset: Subset, host: str, mesh: Mesh, why: str, *, is_certain: bool) -> Finding:
    uses = [
        destination
        for destination in mesh.traffic.destinations.to(host)
        if destination.subset == subset.name
    ]
    is_idle = not uses and mesh.is_whole
    finding = Finding(
        subset.at("labels"),
        f"{why}: requests to subset {quoted(subset.name)} get 503 no healthy upstream",
        severity=Severity.INFO if is_idle else None if uses and is_certain else Severity.WARNING,
    )
    return finding.also(uses[0].at("subset"), "sends requests there") if uses else finding


def _written(subset: Subset) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(subset.labels.items()))
