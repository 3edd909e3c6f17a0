"""Two ServiceEntries have one address and one TCP port, and different hosts.

TCP traffic doesn't name its host: a sidecar tells it by address and port, and has one listener for both. All of it goes to
the host of the older entry.

Fix: give each host an address of its own, or another port.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0", needs=("addresses",))
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report the address in the younger entry, or in the later one where ages are unknown."""
    for index, port, other in mesh.registry.service_entries.sharing(entry):
        if set(entry.hosts) & set(other.entry.hosts):
            continue
        known = order_is_known((entry, other.entry))
        doubt = "" if known else ", if that one is older, which files don't say"
        yield Finding(
            entry.spec.at("addresses", index),
            f"{entry.addresses[index]} is {other.entry.key_name}'s too, with TCP port {port.port}: connections to "
            f"{', '.join(entry.hosts[:2])} go to {other.entry.hosts[0]}{doubt}",
            severity=None if known else Severity.WARNING,
        ).also(other.entry.spec.at("addresses"), "has the same listener")
