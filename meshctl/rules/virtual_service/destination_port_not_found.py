"""A route sends requests to a port that its host doesn't have.

Upstreams exist for the ports of a Service or ServiceEntry only, not for the container ports behind
them. Requests on this route are answered with 503 (response flag NC, cluster not found).

Fix: write one of the ports of the Service into `destination.port.number`; `targetPort` is translated by the mesh itself.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import MOST_LISTED, shortened


@rule(
    on=VirtualService, severity=Severity.ERROR, equivalents=("IST0101",), since="0.1.0",
    needs=DECLARING_KINDS,
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report written ports that no declaration of the host has."""
    for route in service.routes:
        for destination in route.destinations:
            declared = mesh.reachability.clusters.declared(destination)
            missing = mesh.registry.together(declared).missing_port(destination.port)
            if missing is None:
                continue
            place = destination.at("port", "number")
            known = shortened(missing.known, MOST_LISTED)
            behind = (
                f"; that is the container port of {missing.behind[0]}" if missing.behind else ""
            )
            message = f"{destination.host} has no port {destination.port}, only {known}{behind}"
            edits = [put(place, missing.only)] if missing.only else []
            yield (
                Finding(place, message)
                .also(declared[0].source.key("spec", "ports"), "the ports of the host")
                .fixed_by(*edits, safe=bool(missing.behind))
            )
