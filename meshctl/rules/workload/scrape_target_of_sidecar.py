"""An annotation for Prometheus names a port that isn't the application's.

The agent that collects the metrics takes ports from 1 to 65535 that aren't the sidecar's own. For
any other in `prometheus.istio.io/scrape-targets`, and since Istio 1.31 in `prometheus.io/port` too,
the webhook refuses the pod, so that its Deployment makes none.

Fix: write ports of the application, as in `8080:/metrics,9090:/stats`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import merges_metrics, wrong_port
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True, holds=("annotations",))
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first wrong port where metrics are merged at all."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    if not merges_metrics(workload.pod_annotations, mesh.config.raw):
        return
    if wrong := wrong_port(workload.pod_annotations):
        yield Finding(
            workload.template.at("metadata", "annotations", wrong.annotation),
            f"{quoted(wrong.port)} is not a port of the application, so that the injection webhook "
            "refuses the pod",
        )
