"""A VirtualService is written for the host that calls, not for the one that is called.

`hosts` are the hosts that clients ask for. Rules under the caller's host never see what it sends;
they move the requests that others send *to* it.

Fix: write the called host into `hosts`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=("containers",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts whose requests all go to Services that the host's own pods call."""
    if set(mesh.traffic.routes.gateways_of(service)) != {MESH} or not service.http:
        return
    led = {
        mesh.reachability.clusters.host_of(destination)
        for route in service.http
        for destination in route.destinations
    }
    for index, host in enumerate(mesh.sidecar_routes.hosts(service)):
        if host in led or not led:
            continue
        for declared in mesh.registry.at(host):
            for workload in mesh.workloads.behind(declared):
                called = {call.host.host for call in mesh.sidecar_scope.declared_calls.of(workload)}
                if led <= called:
                    yield Finding(
                        service.spec.at("hosts", index),
                        f"requests to {host} go to {', '.join(sorted(led))}, which "
                        f"{workload.title} calls itself: what that workload sends isn't routed by these rules",
                    )
                    return
