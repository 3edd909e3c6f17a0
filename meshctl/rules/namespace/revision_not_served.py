"""The pods of a namespace are to be injected by a revision that no webhook serves.

The webhooks select namespaces by the label `istio.io/rev`. One that names another revision or tag is taken by none: its pods
get no sidecar, and nobody says so.

Fix: write a revision or tag that there is, or set the tag (`istioctl tag set TAG --revision REVISION`).
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECTION, REVISION
from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, NotChecked, Outcome, Severity, rule
from meshctl.words import quoted


@rule(on=Namespace, severity=Severity.ERROR, since="0.1.0", needs=(REVISION,))
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report revisions that no injection webhook of the input selects by."""
    revision = namespace.labels.get(REVISION)
    if revision is None or INJECTION in namespace.labels or not mesh.injection.webhooks.webhooks:
        return
    if mesh.injection.webhooks.takes(namespace, revision):
        return
    if not mesh.has_all("MutatingWebhookConfiguration"):
        yield NotChecked("the input doesn't show all injection webhooks")
        return
    yield Finding(
        namespace.at("metadata", "labels", REVISION),
        f"no injection webhook serves revision {quoted(revision)}: the pods of this namespace get no sidecar",
    )
