"""A pod asks for a sidecar, but no webhook injects it.

In a namespace labelled `istio-injection=disabled` the webhooks don't look at pods at all. In one
without such a label they look for a label of the pod, not for the deprecated annotation. The pod
runs outside mutual TLS, policies and telemetry.

Fix: remove `istio-injection=disabled`, label the pod template, or name a revision that exists.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECT, INJECTION, REVISION
from meshctl.mesh import Mesh
from meshctl.mesh.workloads import Membership, is_live, opts_out, promise, wants_sidecar
from meshctl.resources import Namespace, Workload
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule
from meshctl.words import quoted


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0",
      renamed_from=("workload/injection-wanted-in-vain",))  # fmt: skip
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report pods that ask where no webhook looks, or for a revision that nothing serves."""
    namespace = mesh.workloads.namespace(workload.namespace)
    has_placeholder = any(container.text("image") == "auto" for container in workload.containers)
    if workload not in mesh.workloads or namespace is None or has_placeholder:
        return  # a placeholder that stays has a rule of its own
    if promise(workload, namespace) is Membership.SIDECAR:
        yield from _unserved(workload, namespace, mesh)
    elif wants_sidecar(workload) and not opts_out(workload):
        yield from _unseen(workload, namespace, mesh)


def _unseen(workload: Workload, namespace: Namespace, mesh: Mesh) -> Iterator[Finding]:
    metadata = workload.template.child("metadata")
    place = metadata.at("labels" if INJECT in workload.pod_labels else "annotations", INJECT)
    if (injection := namespace.labels.get(INJECTION)) is not None:
        yield Finding(
            place,
            f"namespace {namespace.name} is labelled {INJECTION}={injection}, where no webhook "
            "looks at pods: this one gets no sidecar",
        ).also(namespace.at("metadata", "labels", INJECTION), "turns injection off")
    elif mesh.injection.webhooks.is_on_by_default() is None:
        why = f"namespace {namespace.name} doesn't turn injection on"
        yield Finding(place, f"{why}, so that no webhook looks at this annotation").fixed_by(
            put(metadata.at("labels", INJECT), "true"), delete(place), safe=False
        )


def _unserved(workload: Workload, namespace: Namespace, mesh: Mesh) -> Iterator[Finding]:
    revision = workload.pod_labels.get(REVISION)
    if revision is None or is_live(workload) or not mesh.has_all("MutatingWebhookConfiguration"):
        return
    if mesh.injection.webhooks.injects(workload, namespace) is False:
        yield Finding(
            workload.template.child("metadata").at("labels", REVISION),
            f"no injection webhook serves revision {quoted(revision)}: this pod gets no sidecar",
        )
