"""A ServiceEntry has several hosts on a TCP port, which can't be told apart.

TCP names no host, so sidecars go by address and port, and all hosts of the entry have the same.
They send every connection to the first host; its name is resolved, the others' never is.

Fix: write one ServiceEntry for each host, each with `addresses` of its own, or say TLS where the
clients speak it: then the SNI tells the hosts apart.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.registry import has_addresses, is_told_by_address
from meshctl.resources import ServiceEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=ServiceEntry, severity=Severity.ERROR, since="0.1.0")
def check(entry: ServiceEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report TCP ports of several hosts that are resolved by name."""
    by_name = entry.resolution in {"DNS", "DNS_ROUND_ROBIN"} and not entry.endpoints
    if len(set(entry.hosts)) < 2 or not by_name or mesh.ambient.is_on(entry.namespace):  # noqa: PLR2004 - it takes two
        return
    if not entry.addresses and has_addresses(entry, mesh.config):
        return  # each host gets an address of its own
    for port in entry.ports:
        if is_told_by_address(port):
            yield Finding(
                port.at("number"),
                f"all {len(entry.hosts)} hosts are the same to sidecars on TCP port {port.port}: "
                f"connections to {entry.hosts[1]} go to {entry.hosts[0]}",
            )
