"""A machine has a host name or a socket for its address, and what selects it takes addresses alone.

A Service, and a ServiceEntry with `resolution: STATIC`, leave such a WorkloadEntry out: they have one
endpoint less, or none (`503 UH no healthy upstream`). Names are resolved for `resolution: DNS` alone.

Fix: write the IP address of the machine, or give the ServiceEntry `resolution: DNS`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=WorkloadEntry, severity=Severity.ERROR, since="0.1.0")
def check(entry: WorkloadEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report addresses that are none, behind hosts that take no names."""
    host = mesh.registry.machine_hosts.leaves_out(entry)
    if host is not None:
        yield Finding(
            entry.spec.at("address"),
            f"{host.source.title} takes addresses alone, so that {quoted(entry.spec.text('address'))} is "
            "no endpoint of it",
        ).also(host.source.at("metadata", "name"), "selects the machine")
