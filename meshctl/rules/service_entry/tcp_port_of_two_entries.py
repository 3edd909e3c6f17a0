"""Two ServiceEntries without addresses have the same TCP port.

TCP traffic doesn't name its host, so without addresses all of it on one port number meets one
listener, and that listener has one target: the host of the oldest entry. Connections to the host
of the other one end up at the first one's server, unless its resolution is NONE, which keeps the
address that was dialled.

Fix: give both entries `addresses`, or another port, or limit each to its clients by `exportTo`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.core import order_is_known
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report the port of the younger entry, or of both where ages are unknown."""
    for port in mesh.workloads.wide_ports.of(entry):
        other = mesh.workloads.wide_ports.first(port)
        if other is None or set(entry.hosts) & set(other.entry.hosts):
            continue
        known = order_is_known((entry, other.entry))
        if (
            known and mesh.workloads.wide_ports.is_older(entry, other.entry)
        ) or not other.entry.hosts:
            continue
        if other.entry.resolution == "NONE":
            continue
        doubt = "" if known else " if that one is older, and files don't say which is"
        yield Finding(
            port.at("number"),
            f"TCP port {port.port} is {other.entry.key_name}'s too and neither has addresses: "
            f"connections to {', '.join(entry.hosts[:2])} go to {other.entry.hosts[0]}{doubt}",
            severity=None if known else Severity.WARNING,
        ).also(other.at("number"), "has the same listener")
