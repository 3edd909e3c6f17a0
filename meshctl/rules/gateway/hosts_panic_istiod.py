"""A server lists a host with a namespace after `*/*`.

Validation accepts it, but istiod cuts the list to one entry at `*/*` and goes on writing to the
entries behind it: the control plane panics, and panics again after every restart while the object
exists. No proxy gets any configuration.

Fix: do not apply this Gateway. Write `*/*` alone, since it covers the other hosts anyway.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import panicking_host
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule
from meshctl.words import quoted


@rule(on=Gateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first host that istiod trips over."""
    for server in gateway.servers:
        index = panicking_host(server)
        if index is not None:
            yield (
                Finding(
                    server.host_at(index),
                    f"{quoted(server.hosts[index])} after '*/*' makes istiod panic, again after each "
                    "restart: do not apply this Gateway",
                )
                .also(server.host_at(server.hosts.index("*/*")), "already stands for all hosts")
                .fixed_by(delete(server.host_at(index)))
            )
