"""A namespace asks for a waypoint, but its pods are not in ambient mode.

Clients in ambient mode do pass the waypoint on their way to these Services. Sidecars send traffic
straight to the pods, and nothing makes the pods refuse what hasn't passed the waypoint, so its
policies can be walked around.

Fix: label the namespace `istio.io/dataplane-mode=ambient`, or remove `istio.io/use-waypoint`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import DATAPLANE_MODE, USE_WAYPOINT
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import is_ambient
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Namespace, severity=Severity.INFO, equivalents=("KIA1312",), since="0.1.0")
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report namespaces with pods of which none is said to be in ambient mode."""
    name = namespace.labels.get(USE_WAYPOINT, "none")
    if name == "none" or is_ambient(namespace):
        return
    pods = mesh.workloads.find({}, namespace.name)
    if pods and not any(DATAPLANE_MODE in pod.pod_labels for pod in pods):
        yield Finding(
            namespace.at("metadata", "labels", USE_WAYPOINT),
            f"waypoint {name} is asked for, but the pods here are not in ambient mode",
        ).fixed_by(delete(namespace.at("metadata", "labels", USE_WAYPOINT)), safe=False)
