"""A single destination has a weight.

istiod reads weights only where a route has several destinations: the only one gets everything,
whatever its weight. `weight: 0` doesn't switch it off, `weight: 10` isn't a canary.

Fix: remove the weight, or add the destination that should get the rest.
"""

from collections.abc import Iterator

from meshctl.istio.cel_forms import all_routes
from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_ALL = 100

_CEL = all_routes(
    ("http", "tls", "tcp"),
    "!has(r.route) || r.route.size() != 1 || !has(r.route[0].weight) || r.route[0].weight == 100",
)


@rule(
    on=VirtualService, severity=Severity.INFO, equivalents=("KIA1104",), since="0.1.0",
    holds=("weight",), cel=_CEL,
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report weights that change nothing; 0 is worse, since somebody counts on it."""
    for route in service.routes:
        if len(route.routes) != 1:
            continue
        entry = route.routes[0]
        if entry.weight is not None and entry.weight != _ALL:
            yield Finding(
                entry.at("weight"),
                f"weight {entry.weight} has no effect: the only destination of a route gets all "
                "of its traffic",
                severity=None if entry.weight else Severity.WARNING,
            ).fixed_by(delete(entry.at("weight")), safe=bool(entry.weight))
