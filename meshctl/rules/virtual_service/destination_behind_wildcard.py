"""A route leads to a host that only a wildcard declares.

Proxies have one upstream for the wildcard, by the wildcard's own name. A route to one of its hosts
names an upstream that no proxy has: requests get 503 with response flag NC (cluster not found).
Requests that no route takes do reach the host.

Fix: declare the host in a ServiceEntry of its own, or route to the wildcard as it is declared.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import DECLARING_KINDS
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=DECLARING_KINDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report destinations, mirrors among them, without a declaration of their own."""
    for route in service.routes:
        for destination in route.destinations:
            found = mesh.reachability.clusters.behind_wildcard(destination)
            if found is not None:
                yield Finding(
                    destination.at("host"),
                    f"proxies have no upstream {destination.host}, only {found.host}: requests get "
                    "503 cluster not found",
                ).also(found.source.at(), "declares it")
