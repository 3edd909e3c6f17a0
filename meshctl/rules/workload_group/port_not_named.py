"""A Service leads to a port by name, and the machines of a WorkloadGroup have no port of that name.

Where `targetPort` is a name, it is looked up in `ports` of the machines, which are those of the `template`. Without it
istiod leaves them out: the Service has no endpoint there (`503 UH no healthy upstream`).

Fix: add the port to `template.ports`, or write a number as `targetPort`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import WorkloadGroup
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=WorkloadGroup, severity=Severity.ERROR, since="0.1.0", needs=("targetPort",))
def check(group: WorkloadGroup, mesh: Mesh) -> Iterator[Outcome]:
    """Report named target ports of the Services in front of the machines that the template lacks."""
    template = group.spec.child("template")
    place = template.key("ports") if template.has("ports") else group.spec.key("template")
    for service, port in mesh.registry.machine_hosts.lacking(group):
        yield Finding(
            place,
            f"port {port.number} of {service.title} leads to {quoted(str(port.target))}, which these machines "
            "don't have: they are no endpoints there",
        ).also(port.view.at("targetPort"), "is looked up by name")
