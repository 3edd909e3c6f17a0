"""A Namespace says by an annotation who injects its pods, and only labels are read.

`istio-injection` and `istio.io/rev` of a Namespace are labels, which the webhooks select by. As annotations
they do nothing: the pods get no sidecar.

Fix: write the label below `metadata.labels`.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECTION, REVISION
from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule


@rule(on=Namespace, severity=Severity.WARNING, since="0.1.0", holds=(INJECTION, REVISION))
def check(namespace: Namespace, _: Mesh) -> Iterator[Outcome]:
    """Report the labels of injection among the annotations."""
    for name in (INJECTION, REVISION):
        value = namespace.annotations.get(name)
        if value is not None and name not in namespace.labels:
            place = namespace.at("metadata", "annotations", name)
            label = put(namespace.at("metadata", "labels", name), value)
            yield Finding(
                place, f"{name} is a label of Namespaces: as an annotation nothing reads it"
            ).fixed_by(delete(place), label, safe=False)
