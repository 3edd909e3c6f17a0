"""A Service without a selector has no endpoints, and routes or workloads lead there.

Kubernetes finds the pods of a Service by its selector. Without one the addresses have to be written, in an EndpointSlice that
is labelled `kubernetes.io/service-name`, or in Endpoints of its name. Requests get `503 UH no healthy upstream`.

Fix: write `spec.selector`, or an EndpointSlice with the addresses.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Service
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Service, severity=Severity.WARNING, since="0.1.0")
def check(service: Service, mesh: Mesh) -> Iterator[Outcome]:
    """Report Services of a whole mesh that a route or a workload's URL leads to."""
    if service.selector or service.external_name or not mesh.is_whole:
        return
    if service.child("metadata").has("ownerReferences") or not service.ports:
        return
    hosts = mesh.registry.of(service)
    callers = [
        declared_caller
        for host in hosts
        for declared_caller in mesh.sidecar_scope.declared_callers.of_host(host)
    ]
    if not callers and not any(
        mesh.traffic.destinations.leads_to(registered_host.host) for registered_host in hosts
    ):
        return
    if mesh.registry.has_written_endpoints(service):
        return
    finding = Finding(
        service.spec.at("ports"),
        "this Service has no selector, and nothing writes its endpoints: requests that are sent there get 503",
    )
    yield finding.also(callers[0].call.place, "calls it") if callers else finding
