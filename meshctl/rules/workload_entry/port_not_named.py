"""A Service leads to a port by name, and a machine behind it has no port of that name.

Where `targetPort` is a name, it is looked up in `ports` of the WorkloadEntry. Without it istiod leaves the
machine out: the Service has one endpoint less there, or none (`503 UH no healthy upstream`).

Fix: add the port to `ports` of the WorkloadEntry, or write a number as `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadEntry
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=WorkloadEntry, severity=Severity.ERROR, since="0.1.0", needs=("targetPort",))
def check(entry: WorkloadEntry, mesh: Mesh) -> Iterator[Outcome]:
    """Report named target ports of the Services in front of a machine that it lacks."""
    known = entry.spec.has("ports")
    for service, port in mesh.registry.machine_hosts.lacking(entry):
        yield Finding(
            entry.spec.key("ports") if known else entry.at("metadata", "name"),
            f"port {port.number} of {service.title} leads to {quoted(str(port.target))}, which this machine "
            "doesn't have: it is no endpoint there",
        ).also(port.view.at("targetPort"), "is looked up by name")
