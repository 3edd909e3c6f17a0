"""An AuthorizationPolicy refuses the probes of the kubelet, and probe rewriting is off.

The kubelet is outside the mesh: it has no identity and no token. With rewriting, as is the default,
it asks the sidecar's agent, and no policy is asked. Without, its requests are judged as all others:
readiness never comes, and liveness kills the pod again and again.

Fix: remove `sidecar.istio.io/rewriteAppHTTPProbers: "false"` (or the value in the injector), or
let the path of the probe in for everybody.
"""

from collections.abc import Iterable, Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import probe_arrival, reads_addresses
from meshctl.mesh.security import Mode
from meshctl.mesh.workloads import Probe
from meshctl.resources import PROBES, Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True, holds=PROBES)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report probes that pass the sidecar and that its policies refuse."""
    written = mesh.workloads.written_probes(workload, mesh.injection.probe_rewriting_off)
    if written is not None and not reads_addresses(mesh.decisions.policies_of(workload)):
        yield from _refused(workload, written.probes, mesh)


def _refused(workload: Workload, probes: Iterable[Probe], mesh: Mesh) -> Iterator[Outcome]:
    opaque = {target for _, target in mesh.workloads.container_ports.layer4(workload)}
    for probe in probes:
        if mesh.security.peer_authentications.of_port(workload, probe.port).mode is Mode.STRICT:
            continue  # refused before any policy is asked
        arrival = probe_arrival(probe.view, probe.port, is_http=probe.port not in opaque)
        verdict = mesh.decisions.decide(workload, arrival)
        if verdict.is_allowed or not verdict.is_certain:
            continue
        place = verdict.by[0].place if verdict.by else None
        finding = Finding(
            probe.view.at("port"),
            f"the kubelet's probe of port {probe.port} gets {verdict.code}, because probe "
            f"rewriting is off and {_why(verdict.action)}",
        )
        for policy in () if place else mesh.decisions.policies_of(workload):
            if policy.action == verdict.action:
                place = policy.spec.key("rules")
                break
        yield finding.also(place, "refuses it") if place is not None else finding


def _why(action: str) -> str:
    return "a DENY policy matches it" if action == "DENY" else "no ALLOW policy lets it in"
