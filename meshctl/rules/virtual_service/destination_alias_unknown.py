"""A route leads to an ExternalName Service, and nothing declares the name that it stands for.

An ExternalName Service is an alias: istiod routes to the host that it names, for which proxies have an upstream only where a
ServiceEntry or Service declares it. Without one they answer 503 with response flag NC (cluster not found).

Fix: declare the external name by a ServiceEntry with that port, or route to a ServiceEntry's host directly.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Service, VirtualService
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=("externalName",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report aliases whose names the input shows to be undeclared."""
    for route in service.routes:
        for destination in route.destinations:
            for declared in mesh.reachability.clusters.declared(destination):
                source = declared.source
                name = source.external_name if isinstance(source, Service) else ""
                if not name or mesh.registry.has(name):
                    continue
                if mesh.registry.home(name) == mesh.config.root_namespace:
                    continue  # of an installation, which is seldom among the files
                known = mesh.knows.all_of("ServiceEntry", service.namespace)
                if not known:
                    yield NotChecked(known.reason)
                    continue
                yield Finding(
                    destination.at("host"),
                    f"{destination.host} stands for {name}, which nothing declares: proxies answer 503",
                ).also(source.spec.at("externalName"), "stands for it")
