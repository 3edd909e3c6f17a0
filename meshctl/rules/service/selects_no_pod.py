"""The selector of a Service picks no pod at all.

Clients get `503 UH no healthy upstream`, and without a sidecar no connection. The pods may be in
another namespace, have the labels on their Deployment instead of its pod template, or come from an
operator that isn't in the input.

Fix: write labels of pods of this namespace into `spec.selector`, or put the labels on the pod template.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=Service, severity=Severity.INFO, since="0.1.0", holds=("selector",))
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services of a namespace that has workloads; a warning where a route leads to one."""
    selector, home = service.selector, service.namespace
    if not selector or service.external_name or mesh.workloads.endpoints_of(selector, home):
        return
    if home == mesh.config.root_namespace or mesh.registry.has_other_pods(selector, home):
        return
    if not (mesh.is_whole or mesh.workloads.find({}, home)):
        return
    if mesh.workloads.endpoints.nearly_selected(service) is not None:
        return  # selector-misses-pods
    known = mesh.knows.all_of("Pod", home)
    if not known:
        yield NotChecked(known.reason)
        return
    host = mesh.registry.of(service)
    is_used = any(
        mesh.traffic.destinations.leads_to(registered_host.host) for registered_host in host
    )
    is_sure = is_used and mesh.is_whole and bool(mesh.workloads.find({}, home))
    yield Finding(
        service.spec.at("selector"),
        f"no pod of namespace {home} has these labels: the Service has no endpoint",
        severity=Severity.WARNING if is_sure else None,
    )
