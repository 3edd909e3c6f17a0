"""A team's object claims a host that isn't the team's.

A VirtualService takes over the routes of the host at the gateways it names, or for all clients it
is exported to. A server of a Gateway takes the host's connections on a shared gateway, and a
ServiceEntry tells every namespace it is exported to where the host is. The `ownership` of the
config file says which hosts a team may route.

Fix: use a host of the team; keep what is for its own clients to them with `exportTo: ["."]`; or add
the host to the team's `hosts` in `ownership`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, shortened


@rule(
    on=Resource, severity=Severity.ERROR, since="0.1.0", renamed_from=("resource/host-of-others",),
    needs=("teams",),
)  # fmt: skip
def check(resource: Resource, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts outside the team's list and namespaces, where others are affected."""
    team = mesh.ownership.team_of(resource)
    if team is None:
        return
    allowed = shortened(team.hosts or (), MOST_LISTED) or "no hosts"
    for host, ref in mesh.ownership.foreign_hosts(resource, team):
        yield Finding(
            ref,
            f"{host} is not a host of team {team.name}, and this object reaches others; the team has {allowed} "
            "and the Services of its namespaces",
        )
