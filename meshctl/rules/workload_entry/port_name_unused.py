"""A machine gives the number of a port by a name that no host looks for.

The keys of `ports` are names of ports of the ServiceEntry or Service that selects the machine (of a
Service the named `targetPort`, where it has one). A number under another name is passed over:
connections go to the `targetPort` or the number of the host's port, where nothing may listen.

Fix: write the name that the port of the ServiceEntry or Service has.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadEntry
from meshctl.rules.api import Finding, Outcome, Severity, rename, rule
from meshctl.words import quoted


@rule(on=WorkloadEntry, severity=Severity.WARNING, since="0.1.0", holds=("ports",))
def check(entry: WorkloadEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that none of the hosts in front of the machine has."""
    for name in mesh.registry.machine_hosts.unused_ports(entry):
        host = mesh.registry.machine_hosts.of(entry)[0]
        known = mesh.registry.machine_hosts.asked_names(entry)
        place = entry.spec.child("ports").key(name)
        finding = Finding(
            place,
            f"{host.host} looks for no port {quoted(name)}, only {', '.join(known)}: the number isn't used",
        ).also(host.source.key("spec", "ports"), "selects the machine")
        if len(known) == 1 and len(entry.spec.child("ports").names()) == 1:
            finding = finding.fixed_by(rename(entry.spec.at("ports", name), known[0]), safe=False)
        yield finding
