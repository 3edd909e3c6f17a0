"""A backend is an ExternalName Service, and proxies have no upstream for what it stands for.

An ExternalName Service is an alias: istiod routes to the host that it names, for which proxies have an upstream only where a
ServiceEntry or Service declares it, and with that port. The status says that all references are resolved, and requests
get `500`.

Fix: declare the external name by a ServiceEntry with that port, or name it by a backend of kind Hostname.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import alias_gap
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0", needs=("externalName",))
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report aliases whose names or ports the input shows to be undeclared."""
    for backend in route.backends:
        for declared in mesh.gateway_api.declared(backend):
            gap = alias_gap(mesh.registry, declared, backend.port, mesh.config.root_namespace)
            if gap is None:
                continue
            known = mesh.knows.all_of("ServiceEntry", route.namespace)
            if not known:
                yield NotChecked(known.reason)
                continue
            yield Finding(
                backend.at("name"), f"{backend.name} stands for {gap}: requests get 500"
            ).also(declared.source.spec.at("externalName"), "stands for it")
