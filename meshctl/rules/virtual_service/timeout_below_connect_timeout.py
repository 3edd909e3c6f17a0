"""The timeout of a route is shorter than the time that connecting alone may take.

A request whose connection isn't made ends with the route's timeout (`504`), before `connectTimeout`
of the DestinationRule could end the try (`503`). No other endpoint is tried, though retries on
`connect-failure` may be asked for.

Fix: lower `connectTimeout` in the DestinationRule well below `timeout`.
"""

from collections.abc import Iterator

from meshctl.istio.durations import in_words, nanoseconds
from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("timeout",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report timeouts below the written connectTimeout that holds in the same namespace."""
    for route in service.http:
        limit = nanoseconds(route.text("timeout"))
        for entry in route.routes if limit else ():
            known = mesh.registry.resolve(entry.destination.host, service.namespace)
            effective = known and mesh.traffic.destination_rules.effective(
                known, service.namespace, {}
            )
            policy = effective.policy if effective else None
            if policy is None or policy.ports:
                continue
            pool = policy.child("connectionPool", "tcp")
            connecting = nanoseconds(pool.text("connectTimeout"))
            if limit and connecting and connecting >= limit:
                yield Finding(
                    route.at("timeout"),
                    f"the request ends after {in_words(limit)}, and connecting alone may take "
                    f"{in_words(connecting)}",
                ).also(pool.at("connectTimeout"), "is the time to connect")
                break
