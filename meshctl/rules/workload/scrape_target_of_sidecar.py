"""The annotation for several metrics endpoints names a port that isn't the application's.

The agent that collects the metrics takes ports from 1 to 65535 that aren't the sidecar's own. For
any other in `prometheus.istio.io/scrape-targets` the webhook refuses the pod, so that its
Deployment makes none.

Fix: write ports of the application, as in `8080:/metrics,9090:/stats`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.workloads import TARGETS, merges_metrics, targets
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report the first wrong port where metrics are merged at all."""
    if not mesh.workloads.is_to_be_injected(workload):
        return
    if not merges_metrics(workload.pod_annotations, mesh.config.raw):
        return
    wrong = [
        scrape_target
        for scrape_target in targets(workload.pod_annotations.get(TARGETS, ""))
        if not scrape_target.is_fine
    ]
    if wrong:
        yield Finding(
            workload.template.at("metadata", "annotations", TARGETS),
            f"{wrong[0].port!r} is not a port of the application, so that the injection webhook "
            "refuses the pod",
        )
