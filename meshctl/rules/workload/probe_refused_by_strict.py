"""The kubelet probes a port that demands mutual TLS, and probe rewriting is off.

The kubelet is outside the mesh and sends plaintext, which a STRICT port resets. Readiness never
comes, so the pod gets no traffic; liveness kills it again and again (CrashLoopBackOff). With
rewriting on, as is the default, the kubelet asks the sidecar's agent instead.

Fix: remove `sidecar.istio.io/rewriteAppHTTPProbers: "false"` (or the value in the injector), make
the probed port PERMISSIVE by portLevelMtls, or exclude it from the sidecar by
`traffic.sidecar.istio.io/excludeInboundPorts`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.security import Mode
from meshctl.resources import PROBES, Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True, holds=PROBES)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report probes that a STRICT port refuses."""
    written = mesh.workloads.written_probes(workload, mesh.injection.probe_rewriting_off)
    if written is None:
        return
    for probe in written.probes:
        demand = mesh.security.peer_authentications.of_port(workload, probe.port)
        if demand.mode is not Mode.STRICT:
            continue
        finding = Finding(
            probe.view.at("port"),
            f"port {probe.port} is STRICT and the kubelet sends this probe in plaintext, because "
            "probe rewriting is off: the sidecar refuses it",
            severity=None if demand.order_known else Severity.WARNING,
        ).also(written.switch, "turns probe rewriting off")
        if written.switch.resource is workload:
            finding = finding.fixed_by(delete(written.switch), safe=False)
        if demand.ref is not None:
            finding = finding.also(demand.ref, "decides that the port is STRICT")
        yield finding
