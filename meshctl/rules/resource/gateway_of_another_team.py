"""A team's object uses a gateway that isn't the team's.

Its routes or servers become part of that gateway: they compete with those of its owners for hosts,
ports and paths, and whoever is older wins. The `ownership` of the config file says which gateways a
team may use.

Fix: use a gateway of the team, or add this one to the team's `gateways` in `ownership`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(
    on=Resource, severity=Severity.ERROR, since="0.1.0",
    renamed_from=("resource/gateway-of-others",), needs=("teams",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report gateways outside the team's list and namespaces."""
    team = mesh.ownership.team_of(resource)
    if team is None:
        return
    allowed = shortened(team.gateways or (), MOST_LISTED) or "no others"
    for name, ref in mesh.ownership.foreign_gateways(resource, team):
        yield Finding(
            ref,
            f"{name} is not a gateway of team {team.name}; besides those of its namespaces the team "
            f"may use {allowed}",
        )
