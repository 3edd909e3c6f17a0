"""Connection limits of 1, as in the example of a circuit breaker that is made to trip.

`maxConnections: 1` with `http1MaxPendingRequests: 1` lets one request through and one wait, for
each client proxy. A third one at the same moment gets `503 UO upstream connect error, reset
reason: overflow`. The values are right to see a circuit breaker at work, not in production.

Fix: set the limits above the concurrency that a client really has, or leave them out (there is no
limit then).
"""

from collections.abc import Iterator

from meshctl.istio.cel_forms import all_policies
from meshctl.mesh import Mesh
from meshctl.mesh.traffic import written_policies
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_CEL = all_policies(
    "!has({policy}.connectionPool) || "
    "((!has({policy}.connectionPool.http) || "
    "!has({policy}.connectionPool.http.http1MaxPendingRequests) || "
    "{policy}.connectionPool.http.http1MaxPendingRequests != 1) && "
    "(!has({policy}.connectionPool.tcp) || !has({policy}.connectionPool.tcp.maxConnections) || "
    "{policy}.connectionPool.tcp.maxConnections != 1))"
)


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0",
      holds=("connectionPool",), cel=_CEL)  # fmt: skip
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report one connection with one pending request; one of the two alone only as info."""
    for policy in written_policies(destination_rule):
        tcp = policy.child("connectionPool", "tcp")
        http = policy.child("connectionPool", "http")
        pending = http.at("http1MaxPendingRequests")
        connections = tcp.number("maxConnections") == 1
        if http.number("http1MaxPendingRequests") == 1:
            if connections:
                yield (
                    Finding(
                        pending,
                        "with one connection and one pending request the third request at a time of a "
                        "client gets 503 (overflow)",
                    )
                    .also(tcp.at("maxConnections"), "allows one connection")
                    .fixed_by(delete(pending), delete(tcp.at("maxConnections")), safe=False)
                )
            else:
                yield Finding(
                    pending,
                    "a second request that has to wait for a connection gets 503 (overflow)",
                    severity=Severity.INFO,
                )
        elif connections:
            yield Finding(
                tcp.at("maxConnections"),
                "one connection for each client proxy: all requests of a client queue up behind it",
                severity=Severity.INFO,
            )
