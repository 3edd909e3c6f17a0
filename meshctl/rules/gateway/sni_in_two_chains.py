"""Two filter chains of one listener match the same SNI.

istiod compares the hosts of servers as they are written, so `shop.test` and `./shop.test`, or a
TLS server and a passthrough route for one name, or TLS for `*` beside plain HTTP, all pass. The
chains get the same match, though, and Envoy rejects the whole listener: nothing on that port
changes any more, and a new gateway pod doesn't listen there at all. The proxy's status is stale
and its log says `multiple filter chains with the same matching rules`.

Fix: leave the host to one of the two servers, or move one of them to another port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import DuplicateFilterChain
from meshctl.resources import Gateway
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import MOST_LISTED, quoted, shortened


@rule(on=Gateway, severity=Severity.ERROR, since="0.1.0")
def check(gateway: Gateway, mesh: Mesh) -> Iterator[Outcome]:
    """Report the later one of two chains."""
    for server in gateway.servers:
        for clash in mesh.gateways.server_conflicts.clashes.get(server, ()):
            finding = Finding(
                server.at("hosts"),
                f"{_names(clash)} is matched twice on container port {clash.listener.port}, also "
                f"by {clash.first.server.key_name}: Envoy rejects the whole listener and keeps "
                "what it had before",
            ).also(clash.first.server.server.at("hosts"), "has the first chain with this match")
            for chain in (clash.chain, clash.first):
                if chain.route is not None:
                    finding = finding.also(chain.route.at(), "makes a chain of its own")
            yield finding


def _names(clash: DuplicateFilterChain) -> str:
    return shortened([quoted(name) for name in clash.names if name], MOST_LISTED) or "any SNI"
