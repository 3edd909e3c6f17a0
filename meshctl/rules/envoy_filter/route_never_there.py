"""A patch looks for a virtual host, a route, a route table or a listener that no proxy has.

Names are compared letter by letter. A virtual host is called `host:port`: at a gateway the host of the
VirtualService and the port of the server (`shop.example.com:443`), for calls of sidecars the full host
of the Service and its port (`cart.shop.svc.cluster.local:80`), and at the server itself
`inbound|http|80`, with the port of the Service. Route tables of gateways are called `http.8080`, with the
port of the container, or `https.443.<port name>.<Gateway>.<namespace>`, and listeners `0.0.0.0_8080`. A
patch for what isn't there is never applied.

Fix: write one of the names that the message lists.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import EnvoyFilter
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_SHOWN = 4


@rule(
    on=EnvoyFilter,
    severity=Severity.WARNING,
    since="0.1.0",
    holds=("routeConfiguration", "listener"),
)
def check(envoy_filter: EnvoyFilter, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that none of the proxies that the filter reaches has."""
    for patch in envoy_filter.patches:
        missing = mesh.clauses.patched_routes.missing(envoy_filter, patch)
        if missing is None:
            continue
        shown = ", ".join(map(quoted, missing.known[:_SHOWN])) or "none with a name"
        more = len(missing.known) - _SHOWN
        finding = Finding(
            missing.place,
            f"no {missing.what} is called {quoted(missing.place.value())}; there is {shown}"
            + (f" and {more} more" if more > 0 else ""),
        )
        if len(missing.known) == 1:
            finding = finding.fixed_by(put(missing.place, missing.known[0]), safe=False)
        yield finding
