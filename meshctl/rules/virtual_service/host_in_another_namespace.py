"""A VirtualService names a Service of another namespace by its short name.

Istio completes `hosts: [reviews]` with the namespace of the VirtualService. There is no such
Service there, so sidecars never use the rules; the Service that was meant stays as it is.

Fix: write the full name, `reviews.prod.svc.cluster.local`, or move the VirtualService.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.mesh.traffic import MESH
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", needs=DECLARING_KINDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report short hosts that only other namespaces have."""
    known = mesh.knows.all_of("Service", service.namespace)
    if not known or MESH not in mesh.traffic.routes.gateways_of(service):
        return
    for index, written in enumerate(service.hosts):
        host = mesh.registry.fqdn(written, service.namespace)
        if host == written or mesh.registry.find(host, service.namespace) is not None:
            continue
        elsewhere = mesh.reachability.clusters.services_named(written)
        if elsewhere and not mesh.registry.at(host):
            found = Finding(
                service.spec.at("hosts", index),
                f"{written} means {host} here, which doesn't exist; the Service of that name is "
                f"{elsewhere[0].host}",
            ).also(elsewhere[0].source.at("metadata", "name"), "probably meant")
            if len(elsewhere) == 1:
                edit = put(service.spec.at("hosts", index), elsewhere[0].host)
                found = found.fixed_by(edit, safe=False)
            yield found
