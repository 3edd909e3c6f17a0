"""Clients are to stay at one pod by a hash, and a route parts their requests by weight before.

The hash chooses a pod among those of one subset or host. Which of them a request goes to is drawn anew for each
request, whatever the cookie or header says: clients change between the subsets or Services, and sessions get lost.

Fix: send a client to one of them for sure, by a match of a cookie or header, or leave the subsets out of the
route, so that the hash chooses among all pods of the host.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import DestinationRule
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import all_of, quoted

_SESSIONS = "httpCookie"


@rule(on=DestinationRule, severity=Severity.WARNING, since="0.1.0", needs=("consistentHash",))
def check(destination_rule: DestinationRule, mesh: Mesh) -> Iterator[Outcome]:
    """Report hashes of hosts that get a share of a route; but for cookies, caches may be meant."""
    for found in mesh.traffic.split_sessions.of(destination_rule):
        whole = "this host" if found.others else "the whole host"
        own = (quoted(name) if name else whole for name in found.subsets)
        names = all_of((*own, *map(quoted, found.others)))
        yield Finding(
            found.hashed.key(found.key),
            f"{found.key} chooses a pod within one {'host' if found.others else 'subset'}, and each request is sent to {names} by chance: "
            "clients don't stay at one pod",
            severity=None if found.key == _SESSIONS else Severity.INFO,
        ).also(found.route.key("route"), "parts requests by weight")
