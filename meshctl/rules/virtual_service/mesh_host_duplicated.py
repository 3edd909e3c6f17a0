"""Two VirtualServices claim one host inside the mesh.

Sidecars don't merge VirtualServices as gateways do: they use the oldest one for a host and leave
out the others, whole. The rules of the others never happen, without any error.

Fix: merge them into one VirtualService, or limit one with `exportTo` to the namespaces it is for.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.traffic import LostHost
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

_MOST_TOGETHER = 3
"""VirtualServices for one host that somebody may apply together."""


@rule(
    on=VirtualService, severity=Severity.ERROR, equivalents=("IST0109", "KIA1106"), since="0.1.0",
    needs=("VirtualService[1]",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each lost host at the VirtualService that comes second, at both if that isn't known."""
    for lost in mesh.traffic.sidecar_hosts.lost(service):
        winner = lost.winner.service
        ports = f" on port {' and '.join(map(str, lost.ports))}" if lost.ports else ""
        clients = "" if lost.clients == "*" else f" of namespace {lost.clients}"
        if lost.order_known:
            effect = f"which is older, so sidecars{clients} never ask this one"
        else:
            effect = f"and sidecars{clients} use only the older of the two, which files don't tell"
        yield Finding(
            lost.loser.place,
            f"{winner.title} routes {lost.loser.host}, too{ports}, {effect}",
            severity=_severity(lost, mesh),
        ).also(lost.winner.place, "claims the same host")


def _severity(lost: LostHost, mesh: Mesh) -> Severity | None:
    """Files that give a host to many VirtualServices are rather a collection than a mesh."""
    if lost.is_harmless:
        return Severity.INFO
    are_many = mesh.traffic.sidecar_hosts.claimants(lost.loser.host) > _MOST_TOGETHER
    return Severity.WARNING if are_many and not lost.order_known else None
