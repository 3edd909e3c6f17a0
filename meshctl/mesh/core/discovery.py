"""The namespaces that istiod watches, by the ``discoverySelectors`` of the mesh config.

Mirrors pkg/kube/namespace/filter.go of Istio 1.31: a namespace is watched when one of the selectors takes its
labels; without any selector all are. Nothing of another one exists for istiod, Istio's own objects included.
"""

from meshctl.istio.labels import NAMESPACE_NAME
from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.selectors import LabelSelector
from meshctl.resources import Namespace, Resource, View
from meshctl.resources.cached_property import cached_property


class Discovery:
    """Answers for namespaces."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory

    def watches(self, namespace: Namespace) -> bool:
        """Does istiod watch a namespace?"""
        labels = {NAMESPACE_NAME: namespace.name, **namespace.labels}
        return not self._written or any(selector.matches(labels) for selector in self._selectors)

    def istio_object(self, namespace: Namespace) -> Resource | None:
        """The first object of Istio in a namespace, which is meant for istiod."""
        return self._istio_objects.get(namespace.name)

    @cached_property
    def _written(self) -> list[object]:
        written = self._inventory.config.raw.get("discoverySelectors")
        return written if isinstance(written, list) and not self._inventory.config.doubt else []

    @cached_property
    def _selectors(self) -> list[LabelSelector]:
        anything = self._inventory.resources[0]
        return [LabelSelector(View(anything, (), one)) for one in self._written]

    @cached_property
    def _istio_objects(self) -> dict[str, Resource]:
        found: dict[str, Resource] = {}
        for resource in self._inventory.resources:
            if resource.group.endswith(".istio.io") and resource.group != "install.istio.io":
                found.setdefault(resource.namespace, resource)
        return found
