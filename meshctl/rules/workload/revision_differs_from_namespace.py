"""A pod asks for another revision than its namespace.

The label of the namespace decides: the webhook that it picks injects every pod there, and the
webhooks that go by the label of a pod look only into namespaces without one. The pod gets the
proxy of the namespace's revision and is upgraded with it, whatever its own `istio.io/rev` says.

Fix: remove the label from the pod template, or put the workload into a namespace of its own; to
choose for each workload, remove the label from the namespace.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECTION, REVISION
from meshctl.mesh import Mesh
from meshctl.resources import Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule
from meshctl.words import quoted


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report labels of pod templates that the namespace overrules."""
    wanted = workload.pod_labels.get(REVISION)
    namespace = mesh.workloads.namespace(workload.namespace)
    is_live = workload.kind == "Pod" and workload.has("status")
    if wanted is None or namespace is None or is_live or workload not in mesh.workloads:
        return
    is_enabled = namespace.labels.get(INJECTION) == "enabled"
    key = INJECTION if is_enabled else REVISION
    given = "default" if is_enabled else namespace.labels.get(REVISION, wanted)
    if given != wanted and namespace.labels.get(INJECTION) != "disabled":
        yield (
            Finding(
                workload.template.child("metadata").at("labels", REVISION),
                f"the label asks for revision {quoted(wanted)}, but the namespace's {key} decides: the pod gets "
                f"the proxy of revision {quoted(given)}",
            )
            .also(namespace.at("metadata", "labels", key), "decides for every pod")
            .fixed_by(
                delete(workload.template.child("metadata").at("labels", REVISION)), safe=False
            )
        )
