"""A route names the same destination twice.

Both entries lead to the same upstream, so their weights add up. Usually one of the two was meant
to have another subset or host, and the traffic for that one never arrives.

Fix: name the other subset, or merge the two entries into one.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.INFO, equivalents=("KIA1105",), since="0.1.0")
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report repeated host, subset and port; entries that set other headers differ on purpose."""
    for route in service.routes:
        if len(route.routes) < 2:  # noqa: PLR2004 - it takes two
            continue
        seen: dict[tuple[str, str, int | None, str], int] = {}
        for index, entry in enumerate(route.routes):
            one = entry.destination
            host = mesh.registry.fqdn(one.host, service.namespace)
            key = host, one.subset, one.port, repr(entry.child("headers").data)
            first = seen.setdefault(key, index)
            if first != index and one.host:
                subset = f" subset {one.subset}" if one.subset else ""
                yield Finding(
                    one.at("host"),
                    f"{one.host}{subset} is a destination of this route already; both entries lead "
                    "to the same upstream and their weights add up",
                ).also(route.routes[first].destination.at("host"), "named first here")
