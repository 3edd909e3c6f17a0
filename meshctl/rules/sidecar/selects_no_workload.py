"""A Sidecar's workloadSelector picks no workload, or gateways alone.

The workloads that it was meant for keep the configuration of the namespace's or the mesh's default
Sidecar, or of none: they get every host of the mesh again. Sidecars never limit gateways.

Fix: write labels that the pods carry, those of the pod template.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Sidecar, severity=Severity.WARNING, equivalents=("IST0101", "KIA0004"), since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors of gateways, and those without any workload in a namespace whose workloads are known."""
    if not sidecar.workload_selector:
        return
    picked = mesh.workloads.sidecars.picked(sidecar)
    if picked and all(map(is_gateway, picked)):
        yield Finding(
            sidecar.spec.at("workloadSelector", "labels"),
            f"{picked[0].title} is a gateway, and Sidecars never limit those",
        )
    if picked:
        return
    if mesh.registry.has_other_pods(sidecar.workload_selector, sidecar.namespace):
        return
    known = mesh.knows.all_of("Pod", sidecar.namespace)
    if not known:
        yield NotChecked(known.reason)
        return
    yield Finding(
        sidecar.spec.at("workloadSelector", "labels"),
        f"no workload of namespace {sidecar.namespace} has these labels, so this Sidecar "
        "configures nothing",
    )
