"""A container has `image: auto`, but no injection webhook replaces it.

`auto` is a placeholder of gateway deployments that the webhook fills in. Without injection the
kubelet looks for an image of that name and the pod stays in `ImagePullBackOff`.

Fix: label the pod template `sidecar.istio.io/inject: "true"`, or the namespace
`istio-injection=enabled` or `istio.io/rev=<revision>`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT, INJECTION
from meshctl.istio.names import PROXY_CONTAINER
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, promise
from meshctl.resources import Container, Namespace, Workload
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule

_FIXES: dict[str | None, str] = {
    "true": "label the pod template istio.io/rev with a revision whose webhook is there",
    "false": f'write "true" into the label {INJECT} of the pod template',
}
"""What to do about a label that is there already, by its value."""


@rule(on=Workload, severity=Severity.ERROR, equivalents=("IST0146", "IST0147"), since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report placeholders for which neither a webhook nor a label promises a replacement."""
    for container in workload.containers:
        if container.name != PROXY_CONTAINER or container.text("image") != "auto":
            continue
        if (injected := _is_injected(workload, mesh)) is False:
            yield _finding(workload, container, mesh.workloads.namespace(workload.namespace))
        elif injected is None:
            yield NotChecked("pods with `image: auto` whose Namespace is not in the input")


def _finding(workload: Workload, container: Container, namespace: Namespace | None) -> Finding:
    effect = "`auto` is taken for the name of an image"
    if namespace is None or namespace.labels.get(INJECTION) != "disabled":
        text = f"nothing injects this pod, so that {effect}"
        return Finding(container.at("image"), text, fix=_FIXES.get(workload.pod_labels.get(INJECT)))
    return Finding(
        container.at("image"),
        f"namespace {namespace.name} has {INJECTION}=disabled, which keeps the webhook away "
        f"whatever the pod's labels say, so that {effect}",
        fix=f"remove the label {INJECTION}=disabled from namespace {namespace.name}",
    ).also(namespace.at("metadata", "labels", INJECTION), "keeps the webhook away")


def _is_injected(workload: Workload, mesh: Mesh) -> bool | None:
    if workload.kind == "Pod" and workload.has("status"):
        return False  # the webhook has had its turn
    namespace = mesh.workloads.namespace(workload.namespace)
    served = mesh.injection.webhooks.injects(workload, namespace)
    if served is not None and (served or namespace is not None or mesh.is_whole):
        return served
    # Its own proxy container says nothing here, so ask what the labels promise.
    promised = promise(workload, namespace)
    return None if promised is Membership.UNKNOWN else promised.has_proxy
