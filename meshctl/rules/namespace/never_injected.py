"""A namespace of Kubernetes itself asks for sidecars, which the injector never puts there.

The injector leaves `kube-system`, `kube-public`, `kube-node-lease` and `local-path-storage` alone, whatever their labels and
those of their pods say.

Fix: remove the label, and run what is to be in the mesh in another namespace.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECTION, REVISION
from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(on=Namespace, severity=Severity.WARNING, since="0.1.0", needs=(INJECTION, REVISION))
def check(namespace: Namespace, _: Mesh) -> Iterator[Outcome]:
    """Report labels that ask for injection in such a namespace."""
    for label in (INJECTION, REVISION):
        value = namespace.labels.get(label)
        if namespace.name in SYSTEM_NAMESPACES and value not in {None, "disabled"}:
            place = namespace.at("metadata", "labels", label)
            yield Finding(
                place,
                f"the injector leaves namespace {namespace.name} alone: no pod gets a sidecar by this label",
            ).fixed_by(delete(place), safe=False)
