"""An annotation for the redirection of a pod's traffic changes nothing beside another one.

`excludeInboundPorts` takes ports out of all, and counts only where `includeInboundPorts` is `*` or left out: a port
in both lists goes through the sidecar. `includeOutboundPorts` adds ports to the addresses of `includeOutboundIPRanges`,
which are all by default: nothing goes past the sidecar because of it.

Fix: take the port out of `includeInboundPorts`; write `includeOutboundIPRanges: ""` where the ports shall be all that
the sidecar gets.
"""

from collections.abc import Iterator

from meshctl.istio.annotation_names import EXCLUDE_INBOUND_PORTS, INCLUDE_OUTBOUND_PORTS
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import TrafficCapture
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(
    on=Workload, severity=Severity.WARNING, since="0.1.0",
    needs=(EXCLUDE_INBOUND_PORTS, INCLUDE_OUTBOUND_PORTS),
)  # fmt: skip
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report such annotations of pods that get a sidecar."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    capture = TrafficCapture(workload)
    at = workload.template.at
    for port in capture.excluded_in_vain:
        yield Finding(
            at("metadata", "annotations", EXCLUDE_INBOUND_PORTS),
            f"port {port} is in includeInboundPorts too, so it goes through the sidecar: ports are excluded from "
            "all alone",
        )
    if capture.includes_ports_in_vain:
        yield Finding(
            at("metadata", "annotations", INCLUDE_OUTBOUND_PORTS),
            "the sidecar gets these ports anyhow, and all others too, since includeOutboundIPRanges takes all addresses",
        )
