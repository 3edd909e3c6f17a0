"""A route names the same destination twice.

Both entries lead to the same upstream, so their weights add up. Usually one of the two was meant
to have another subset or host, and the traffic for that one never arrives.

Fix: name the other subset, or merge the two entries into one.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule


@rule(
    on=VirtualService, severity=Severity.INFO, equivalents=("KIA1105",), since="0.1.0",
    renamed_from=("virtual-service/destination-twice",), holds=("route[1]",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report repeated host, subset and port; entries that set other headers differ on purpose."""
    for route in service.routes:
        if len(route.routes) < 2:  # noqa: PLR2004 - it takes two
            continue
        seen: dict[tuple[str, str, int | None, str], int] = {}
        for index, entry in enumerate(route.routes):
            destination = entry.destination
            host = mesh.registry.fqdn(destination.host, service.namespace)
            key = host, destination.subset, destination.port, repr(entry.child("headers").data)
            first = seen.setdefault(key, index)
            if first != index and destination.host:
                subset = f" subset {destination.subset}" if destination.subset else ""
                weight = (route.routes[first].weight or 0) + (entry.weight or 0)
                yield (
                    Finding(
                        destination.at("host"),
                        f"{destination.host}{subset} is a destination of this route already; both entries lead "
                        "to the same upstream and their weights add up",
                    )
                    .also(route.routes[first].destination.at("host"), "named first here")
                    .fixed_by(
                        put(route.routes[first].at("weight"), weight),
                        delete(entry.at()),
                        safe=False,
                    )
                )
