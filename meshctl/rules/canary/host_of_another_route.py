"""A VirtualService has the host of a Canary, for which Flagger writes one of its own.

Flagger makes the VirtualService that shifts traffic, with the name of the Service. A second one for
the same host hides it or is hidden by it, so that the weights of the canary don't count.

Fix: put the routes into `spec.service` of the Canary (`match`, `rewrite`, `headers`) and remove the
VirtualService.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Canary
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Canary, severity=Severity.WARNING, since="0.1.0")
def check(canary: Canary, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first other VirtualService for the Service itself, or for a host of the Canary."""
    for service, index in mesh.traffic.canaries.rivals(canary):
        yield Finding(
            canary.service.key("hosts") if canary.hosts else canary.target.at("name"),
            f"{service.title} routes {service.hosts[index]} too, for which Flagger writes "
            f"VirtualService {canary.namespace}/{canary.service_name}: its weights don't count there",
        ).also(service.spec.at("hosts", index), "has the host too")
        return
