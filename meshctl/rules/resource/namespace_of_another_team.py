"""A team's object is in a namespace that isn't the team's.

What is written in the root namespace holds in all namespaces: an EnvoyFilter, Sidecar,
PeerAuthentication or AuthorizationPolicy there changes every proxy of the mesh, a DestinationRule
every client. In another team's namespace it changes what that team runs. The `ownership` of the
config file says whose namespaces are whose.

Fix: move the object into a namespace of the team, or ask the owner of the namespace to take it
over; if the team may do this, say so in `ownership`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(
    on=Resource, severity=Severity.ERROR, since="0.1.0",
    renamed_from=("resource/namespace-of-others",), needs=("teams",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report objects of a team outside its namespaces, as the config file tells them."""
    team = mesh.ownership.team_of(resource)
    namespace = resource.namespace
    if team is None or not namespace or not mesh.ownership.is_stranger(team, namespace):
        return
    place = ("metadata", "namespace") if resource.metadata.get("namespace") else ("metadata",)
    if namespace == mesh.config.root_namespace:
        text = f"{namespace} is the root namespace, so this holds for every namespace of the mesh"
    elif mesh.ownership.is_platform(namespace):
        text = f"namespace {namespace} is the platform's"
    else:
        other = mesh.ownership.of_namespace(namespace)
        whose = f"that of team {other.name}" if other else "not the team's"
        text = f"namespace {namespace} is {whose}"
    allowed = shortened(team.namespaces, MOST_LISTED) or "none"
    yield Finding(
        resource.at(*place), f"{text}, and the object is team {team.name}'s, which has {allowed}"
    )
