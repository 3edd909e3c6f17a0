"""A route attaches to a listener that has lost its port to another one.

istiod doesn't serve a listener in conflict, and takes no routes for it: the route is not accepted.

Fix: give one of the two listeners another `port` or `hostname`, or attach the route to the one that is
served (`parentRefs[].sectionName`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import KubernetesRoute
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=KubernetesRoute, severity=Severity.ERROR, since="0.1.0")
def check(route: KubernetesRoute, mesh: Mesh) -> Iterator[Outcome]:
    """Report references that mean listeners in conflict alone."""
    for parent in route.parents:
        gateway = mesh.reference_grants.gateway(parent) if parent.kind == "Gateway" else None
        loser = mesh.gateway_api.conflicting(parent, gateway) if gateway is not None else None
        if gateway is None or loser is None or loser.conflict is None:
            continue
        winner = loser.conflict.winner
        yield Finding(
            parent.at("sectionName" if parent.section else "name"),
            f"listener {quoted(loser.listener.name)} of {gateway.title} is in conflict with "
            f"{quoted(winner.name)} and takes no routes",
        ).also(winner.at("port"), "the listener that is served")
