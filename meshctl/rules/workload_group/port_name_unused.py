"""A WorkloadGroup gives its machines a port by a name that no host looks for.

The keys of `template.ports` are names of ports of the ServiceEntry or Service that selects the machines. A
number under another name is passed over: connections go to the `targetPort` or number of the host's port.

Fix: write the name that the port of the ServiceEntry or Service has.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadGroup
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=WorkloadGroup, severity=Severity.WARNING, since="0.1.0", holds=("ports",))
def check(group: WorkloadGroup, mesh: Mesh) -> Iterator[Outcome]:
    """Report names that none of the hosts in front of the machines has."""
    for name in mesh.registry.machine_hosts.unused_ports(group):
        host = mesh.registry.machine_hosts.of(group)[0]
        known = ", ".join(mesh.registry.machine_hosts.asked_names(group))
        yield Finding(
            group.spec.child("template", "ports").key(name),
            f"{host.host} looks for no port {quoted(name)}, only {known}: the number isn't used",
        ).also(host.source.key("spec", "ports"), "selects the machines")
