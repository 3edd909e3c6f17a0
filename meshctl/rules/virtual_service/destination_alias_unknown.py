"""A route leads to an ExternalName Service, and proxies have no upstream for what it stands for.

An ExternalName Service is an alias: istiod routes to the host that it names, for which proxies have an upstream only where a
ServiceEntry or Service declares it, and with that port. Without one they answer 503 with response flag NC (cluster not found).

Fix: declare the external name by a ServiceEntry with that port, or route to a ServiceEntry's host directly.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import alias_gap
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=("externalName",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report aliases whose names or ports the input shows to be undeclared."""
    for route in service.routes:
        for destination in route.destinations:
            for declared in mesh.reachability.clusters.declared(destination):
                gap = alias_gap(
                    mesh.registry, declared, destination.port, mesh.config.root_namespace
                )
                if gap is None:
                    continue
                known = mesh.knows.all_of("ServiceEntry", service.namespace)
                if not known:
                    yield NotChecked(known.reason)
                    continue
                yield Finding(
                    destination.at("host"),
                    f"{destination.host} stands for {gap}: proxies answer 503",
                ).also(declared.source.spec.at("externalName"), "stands for it")
