"""A route attaches to a port that the Service doesn't have.

The route is accepted, and no client follows it: they ask for the ports of the Service alone.

Fix: write a port of the Service into `parentRefs[].port`, or remove `port` to mean all of them.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import all_of


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports of parents of kind Service that the Service hasn't."""
    for parent in route.parents:
        if parent.mesh_kind != "Service":
            continue
        host = mesh.registry.fqdn(parent.name, parent.namespace)
        declared = mesh.registry.at_home(host, parent.namespace)
        missing = mesh.registry.together(declared).missing_port(parent.port or None)
        if missing is not None:
            known = all_of(missing.known)
            edits = [put(parent.at("port"), missing.only)] if missing.only else []
            yield (
                Finding(
                    parent.at("port"),
                    f"{declared[0].source.title} has no port {parent.port}, only {known}; no client "
                    "follows this route",
                )
                .also(declared[0].source.spec.key("ports"), "the ports that it has")
                .fixed_by(*edits, safe=bool(missing.behind))
            )
