"""A server that passes on by the names of Services has a host that no Service has.

AUTO_PASSTHROUGH makes a filter chain for each Service, or ServiceEntry, that its hosts stand for, and
resets connections for all others. A host such as `*.global` stands for none.

Fix: write `*.local`, or the full names of the Services to expose.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.ERROR, since="0.1.0", holds=("mode",))
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report hosts of AUTO_PASSTHROUGH, where the input has all Services."""
    for index, server in mesh.reachability.network_gateways.without_service(gateway):
        known = mesh.knows.everywhere("Service")
        if not known:
            yield NotChecked(known.reason)
            continue
        yield Finding(
            server.host_at(index),
            f"no Service has a name like {quoted(server.hosts[index])}: connections are reset",
        )
