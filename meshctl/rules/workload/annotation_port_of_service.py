"""An annotation that leads ports past the sidecar, or to it, names the port of a Service.

`traffic.sidecar.istio.io/excludeInboundPorts` and `includeInboundPorts` speak of ports of the pod, where
connections arrive after Kubernetes has translated the Service's. A number that only the Service has excludes
or includes nothing: what was to go past the sidecar goes through it, and the other way round.

Fix: write the `targetPort` of the Service.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import whole_number


@rule(
    on=Workload,
    severity=Severity.WARNING,
    since="0.1.0",
    holds=(EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS),
)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that Services lead to another port of the pod."""
    if workload not in mesh.workloads:
        return
    for name in (EXCLUDE_INBOUND_PORTS, INCLUDE_INBOUND_PORTS):
        for text in workload.pod_annotations.get(name, "").replace(" ", "").split(","):
            number = whole_number(text)
            if number is None or mesh.workloads.membership(workload) is Membership.NONE:
                continue
            found = mesh.workloads.container_ports.only_of_service(workload, number)
            if found is not None:
                port, target = found
                yield Finding(
                    workload.template.at("metadata", "annotations", name),
                    f"{text} is the port of {port.resource.title}, which arrives at port {target} of the "
                    "pod: the annotation changes nothing for it",
                ).also(port.at(), f"leads to {target}")
