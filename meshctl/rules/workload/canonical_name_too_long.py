"""The name of a workload is too long for the label that injection makes of it.

Without a label that names the application, `service.istio.io/canonical-name` takes the name of the
Deployment. Labels end at 63 characters, names of Deployments don't. The template of sidecars cuts
the name off, that of gateways doesn't: the API server refuses the pod.

Fix: add the label `app` to the pod template, or choose a shorter name.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import asked_templates, names_application
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, rule

_MOST = 63
_UNCUT = frozenset({"gateway", "grpc-agent"})


@rule(on=Workload, severity=Severity.ERROR, since="0.1.0", hazard=True)
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report long names of pods that ask for a template which takes them as they are."""
    is_uncut = not _UNCUT.isdisjoint(asked_templates(workload))
    if len(workload.name) <= _MOST or not is_uncut or names_application(workload):
        return
    if mesh.workloads.is_to_be_injected(workload):
        yield Finding(
            workload.at("metadata", "name"),
            f"the injector makes a label of this name, whose {len(workload.name)} characters are "
            f"more than the {_MOST} of a label: the API server refuses the pod",
        )
