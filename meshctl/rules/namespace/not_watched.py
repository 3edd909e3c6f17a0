"""A namespace holds objects of Istio, and istiod doesn't watch it.

`discoverySelectors` of the mesh config take no namespace with its labels. For istiod there are then no Services, no pods and
no VirtualServices, DestinationRules or policies in it: they change no proxy, and routes to its Services get 503.

Fix: label the namespace as `discoverySelectors` ask, or move the objects.
"""

from collections.abc import Iterator

from meshctl.istio.labels import INJECTION
from meshctl.mesh import Mesh
from meshctl.resources import Namespace
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=Namespace, severity=Severity.ERROR, since="0.1.0")
def check(namespace: Namespace, mesh: Mesh) -> Iterator[Outcome]:
    """Report namespaces that are left out, with what they hold; those to be injected as warnings."""
    if "discoverySelectors" not in mesh.config.raw or mesh.discovery.watches(namespace):
        return
    held = mesh.discovery.istio_object(namespace)
    place = (
        namespace.at("metadata", "labels") if namespace.labels else namespace.at("metadata", "name")
    )
    left_out = "discoverySelectors of the mesh config leave this namespace out"
    if held is not None:
        yield Finding(
            place, f"{left_out}, so istiod reads nothing of it, such as {held.title}"
        ).also(held.at("metadata", "name"), "is not read")
    elif namespace.labels.get(INJECTION) == "enabled":
        yield Finding(
            place,
            f"{left_out}: its pods get sidecars, and no other proxy knows its Services",
            severity=Severity.WARNING,
        )
