"""A destination among several has no weight.

A weight that isn't written is 0, and istiod leaves out destinations with weight 0 as soon as a
route has more than one. All traffic goes to the others; the destination looks deployed and idle.

Fix: write the weight of every destination, an explicit `weight: 0` for one that should get nothing.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule

_CEL = (
    "(!has(object.spec.http) || object.spec.http.all(r, !has(r.route) || r.route.size() < 2 "
    "|| !r.route.exists(d, has(d.weight) && d.weight != 0) || r.route.all(d, has(d.weight)))) "
    "&& (!has(object.spec.tls) || object.spec.tls.all(r, !has(r.route) || r.route.size() < 2 "
    "|| !r.route.exists(d, has(d.weight) && d.weight != 0) || r.route.all(d, has(d.weight)))) "
    "&& (!has(object.spec.tcp) || object.spec.tcp.all(r, !has(r.route) || r.route.size() < 2 "
    "|| !r.route.exists(d, has(d.weight) && d.weight != 0) || r.route.all(d, has(d.weight))))"
)


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", cel=_CEL, holds=("weight",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report destinations that get nothing because nothing is written."""
    for route in service.routes:
        if not any(entry.weight for entry in route.routes):
            continue
        for entry in route.routes:
            if entry.destination.host and not entry.has("weight") and len(route.routes) > 1:
                yield Finding(
                    entry.at("destination"),
                    f"{entry.destination.host} has no weight, which counts as 0: the destination gets none of "
                    "the traffic of this route",
                ).fixed_by(put(entry.at("weight"), 0), safe=False)
