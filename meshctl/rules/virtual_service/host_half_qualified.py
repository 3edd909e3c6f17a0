"""A VirtualService names a Service by its name and namespace, which Istio doesn't complete.

Istio completes names without a dot alone. `reviews.prod` is then another host than the Service, for which sidecars
have routes on port 80 only: callers of `reviews` or of the full name don't get these routes, nor any caller on
another port.

Fix: write the full name, `reviews.prod.svc.cluster.local`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=DECLARING_KINDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts of routes for the mesh that only mean a Service to the resolvers of pods."""
    if MESH not in mesh.traffic.routes.gateways_of(service):
        return
    known = {mesh.registry.fqdn(host, service.namespace) for host in service.hosts}
    for index, host in enumerate(service.hosts):
        full = mesh.registry.unshortened(host, service.namespace)
        if "." not in host or full == host or mesh.registry.has(host):
            continue
        if full not in known and mesh.registry.at(full):
            place = service.spec.at("hosts", index)
            yield Finding(
                place,
                f"{host} is not completed, as it has a dot: callers of {full} don't get these routes",
            ).fixed_by(put(place, full), safe=False)
