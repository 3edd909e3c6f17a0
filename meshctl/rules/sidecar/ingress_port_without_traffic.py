"""An ingress listener of a Sidecar is at a port of the pod to which no Service leads.

Connections arrive at container ports, the `targetPort` of a Service. A listener at another port, such
as the Service's own, gets none; what arrives at the container port is passed through to it, past this
listener, its `defaultEndpoint` and its protocol.

Fix: write the `targetPort` of the Service.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Sidecar
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import MOST_LISTED, shortened


@rule(on=Sidecar, severity=Severity.WARNING, since="0.1.0", holds=("ingress",))
def check(sidecar: Sidecar, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that neither a Service nor a container of the selected pods names."""
    for unused in mesh.sidecar_scope.listener_ports.unused(sidecar):
        ports = shortened(
            [*map(str, unused.instead[:MOST_LISTED])], MOST_LISTED, len(unused.instead)
        )
        finding = Finding(
            unused.place,
            f"nothing arrives at port {unused.number} of these pods: Services lead to {ports}",
        )
        if len(unused.instead) == 1:
            finding = finding.fixed_by(put(unused.place, unused.instead[0]), safe=False)
        yield finding
