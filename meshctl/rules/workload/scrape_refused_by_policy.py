"""Annotations lead Prometheus to a port whose policies let it in nowhere.

With merged metrics the sidecar's agent serves them on port 15020, which no policy guards. Without them
(`prometheus.istio.io/merge-metrics: "false"`) Prometheus asks the port of the application like everybody. Outside the mesh it has no
identity: an ALLOW policy that names identities answers `403 RBAC: access denied`, and the target is down.

Fix: merge metrics again, admit the path of the metrics by a rule without sources, or lead the port past the sidecar
(`traffic.sidecar.istio.io/excludeInboundPorts`).
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.authorization import reads_addresses, scrape_arrival
from meshctl.mesh.security import Mode
from meshctl.mesh.workloads import TrafficCapture
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_PATH = "prometheus.io/path"


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0", needs=("AuthorizationPolicy",))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report ports that aren't STRICT, where a connection is refused before any policy is asked."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    for scraped in mesh.clauses.outside_clients.scraped(workload):
        policies = mesh.decisions.policies_of(workload)
        if not policies or reads_addresses(policies):
            continue
        if not TrafficCapture(workload).includes(scraped.port):
            continue
        if mesh.security.peer_authentications.of_port(workload, scraped.port).mode is Mode.STRICT:
            continue
        opaque = {target for _, target in mesh.workloads.container_ports.layer4(workload)}
        path = workload.pod_annotations.get(_PATH) or "/metrics"
        arrival = scrape_arrival(path, scraped.port, is_http=scraped.port not in opaque)
        verdict = mesh.decisions.decide(workload, arrival)
        if verdict.is_certain and not verdict.is_allowed:
            finding = Finding(
                scraped.place,
                f"Prometheus is outside the mesh and asks port {scraped.port} for {path}: the policies of this workload refuse "
                f"it ({verdict.code})",
            )
            for policy in policies:
                if policy.action == verdict.action:
                    finding = finding.also(policy.spec.key("rules"), "refuses it")
                    break
            yield finding
