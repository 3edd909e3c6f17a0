"""A NetworkPolicy closes the port on which the sidecar serves the metrics of a pod.

Where a pod has `prometheus.io/scrape: "true"`, the injector writes port 15020 and the path `/stats/prometheus` into its
annotations: the agent of the sidecar collects the metrics of the application and of Envoy there. A policy that opens the
port of the application alone keeps Prometheus out, and the target is down.

Fix: add port 15020 to the ports of the rule, or set `prometheus.istio.io/merge-metrics: "false"`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import INGRESS, merged_metrics_port
from meshctl.resources import NetworkPolicy
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=NetworkPolicy, severity=Severity.WARNING, since="0.1.0", needs=("NetworkPolicy",))
def check(policy: NetworkPolicy, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first workload whose own port is open and whose agent's is not; others may open it outside the input."""
    policies = mesh.workloads.network_policies
    for workload in policies.first_for(policy, INGRESS, with_rules=True):
        ports = merged_metrics_port(workload, mesh.config.raw)
        if ports is None or not mesh.workloads.is_to_be_injected(workload):
            continue
        written, served = ports
        is_open = policies.admits(workload, INGRESS, None, written) is not False
        if is_open and policies.admits(workload, INGRESS, None, served) is False:
            yield Finding(
                policy.spec.key("ingress"),
                f"Prometheus asks {workload.title} on port {served}, where the sidecar serves the metrics of port "
                f"{written}, too, and no NetworkPolicy lets anybody in there: the target is down",
                severity=None
                if mesh.knows.all_of("NetworkPolicy", policy.namespace)
                else Severity.INFO,
            )
            return
