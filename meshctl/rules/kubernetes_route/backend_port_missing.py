"""A route sends requests to a port that the Service doesn't have.

istiod doesn't look at ports: the status says that all references are resolved, and every request is
answered with `500`. The port is that of the Service, not of its pods.

Fix: write a port of the Service into `backendRefs[].port`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import all_of


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that none of the declarations of a backend has."""
    for backend in route.backends:
        declared = mesh.gateway_api.declared(backend)
        missing = mesh.registry.together(declared).missing_port(backend.port)
        if missing is not None:
            known = all_of(missing.known)
            edits = [put(backend.at("port"), missing.only)] if missing.only else []
            yield (
                Finding(
                    backend.at("port"),
                    f"{declared[0].source.title} has no port {backend.port}, only {known}; requests "
                    "are answered with 500, and the status says nothing",
                )
                .also(declared[0].source.spec.key("ports"), "the ports that it has")
                .fixed_by(*edits, safe=bool(missing.behind))
            )
