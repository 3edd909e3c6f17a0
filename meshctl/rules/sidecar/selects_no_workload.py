"""A Sidecar's workloadSelector picks no workload, or such alone as no Sidecar is for.

The workloads that it was meant for keep the configuration of the namespace's or the mesh's default
Sidecar, or of none: they get every host of the mesh again. Sidecars never limit gateways, and pods outside the
mesh call what they like.

Fix: write labels that the pods carry, those of the pod template, or take the workload into the mesh.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_gateway
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Sidecar, severity=Severity.WARNING, equivalents=("IST0101", "KIA0004"), since="0.1.0")
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report selectors of gateways, and those without a pod of the mesh in a namespace whose workloads are known."""
    selector, home = sidecar.workload_selector, sidecar.namespace
    if not selector:
        return
    picked = mesh.workloads.sidecars.picked(sidecar)
    place = sidecar.spec.at("workloadSelector", "labels")
    if picked and all(map(is_gateway, picked)):
        yield Finding(place, f"{picked[0].title} is a gateway, and Sidecars never limit those")
        return
    why = mesh.workloads.why_nobody(picked, selector, home)
    if not why or mesh.registry.has_other_pods(selector, home):
        return
    known = mesh.knows.all_of("Pod", home)
    if not known:
        yield NotChecked(known.reason)
        return
    yield Finding(place, f"{why}, so this Sidecar configures nothing")
