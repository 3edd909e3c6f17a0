"""A pod asks for a sidecar, but no webhook injects it.

In a namespace labelled `istio-injection=disabled` the webhooks don't look at pods at all, whatever
these say. A revision that no control plane or tag serves has no webhook. The pod runs without a
sidecar: outside mutual TLS, policies and telemetry, and STRICT servers refuse it.

Fix: remove `istio-injection=disabled` from the namespace, or name a revision that exists.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.injection import Membership, promise, wants_sidecar
from meshctl.mesh.injector import INJECTION, REVISION
from meshctl.resources import Workload
from meshctl.resources.workload import INJECT
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Workload, severity=Severity.WARNING, since="0.1.0")
def check(workload: Workload, mesh: Mesh) -> Iterator[Outcome]:
    """Report pods that ask in a disabled namespace, or for a revision that nothing serves."""
    if workload not in mesh.workloads or any(
        one.text("image") == "auto" for one in workload.containers
    ):
        return  # a placeholder that stays has a rule of its own
    metadata = workload.template.child("metadata")
    namespace = mesh.workloads.namespace(workload.namespace)
    if namespace is not None and namespace.labels.get(INJECTION) == "disabled":
        if wants_sidecar(workload) and promise(workload, namespace) is Membership.NONE:
            key = "labels" if INJECT in workload.pod_labels else "annotations"
            yield Finding(
                metadata.at(key, INJECT),
                f"namespace {namespace.name} is labelled {INJECTION}=disabled, where no webhook "
                "looks at pods: this one gets no sidecar",
            ).also(namespace.at("metadata", "labels", INJECTION), "turns injection off")
        return
    revision = workload.pod_labels.get(REVISION)
    is_live = workload.kind == "Pod" and workload.has("status")
    knows = mesh.has_all("MutatingWebhookConfiguration")
    if revision is None or is_live or not knows or namespace is None:
        return
    if promise(workload, namespace) is not Membership.SIDECAR:
        return  # what installers label with a revision, but keep out of injection
    if mesh.injector.injects(workload, namespace) is False:
        yield Finding(
            metadata.at("labels", REVISION),
            f"no injection webhook serves revision {revision!r}: this pod gets no sidecar",
        )
