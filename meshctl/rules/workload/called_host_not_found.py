"""A workload calls a name that means nobody to it.

Its settings have a URL whose host no Service has: a short name is completed with the workload's own namespace, not
with that of the Service. A Service that is not exported to the namespace (`networking.istio.io/exportTo`) is unknown
to its sidecars, which pass the call through without mutual TLS. And with `REGISTRY_ONLY` sidecars refuse hosts and
ports that no ServiceEntry declares: `502`, or a connection that is closed; an info, where the address may be one that
is shown and not called (`DOCS_URL`), or the call may go another way. A ServiceEntry declares a host for proxies, and
makes no name for it: the application asks DNS first.

Fix: write the name with the namespace (`cart.shop`), export the Service to the caller's namespace, or declare the host
and its port in a ServiceEntry that the namespace sees. Let sidecars answer DNS queries (`ISTIO_META_DNS_CAPTURE`) where a
ServiceEntry alone has the name.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.sidecar_scope import LostCall, Obstacle
from meshctl.mesh.traffic import MESH
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report URLs in the settings of a workload, each host and port once."""
    if workload not in mesh.workloads:
        return
    for lost in mesh.sidecar_scope.lost_calls.of(workload):
        if lost.obstacle is Obstacle.UNDECLARED and _is_known(lost, workload, mesh):
            continue
        finding = Finding(
            lost.url.place,
            f"{workload.title} calls {quoted(lost.url.host)}: {lost.said(workload.namespace)}",
            severity=None if lost.is_sure else Severity.INFO,
        )
        if lost.service is not None:
            finding = finding.also(lost.service.at("metadata", "name"), "is not exported there")
        yield finding


def _is_known(lost: LostCall, workload: Workload, mesh: Mesh) -> bool:
    """Is it a host that the mesh serves itself, or that a VirtualService of the mesh routes?"""
    routed = mesh.merged_routes.bound(MESH, workload.namespace).covering(lost.full)
    served = mesh.merged_gateways.serving(lost.full)
    return next(iter(routed), None) is not None or next(served, None) is not None
