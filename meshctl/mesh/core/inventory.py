"""All resources by kind and by identity."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

from meshctl.mesh.core.knowledge import NOTHING_LACKS, Knowledge
from meshctl.mesh.core.mesh_config import MeshConfig, find_mesh_config
from meshctl.resources import Namespace, Resource
from meshctl.resources.cached_property import cached_property
from meshctl.resources.kinds import views_of
from meshctl.settings import InjectionByHand

if TYPE_CHECKING:
    from meshctl.mesh.core.known_objects import KnownObjects

_ASKED_BY_NAME = frozenset({
    "Secret", "Node", "CustomResourceDefinition", "HorizontalPodAutoscaler", "ScaledObject",
    "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
})  # fmt: skip
"""Kinds that few may read, so that who needs all of them asks ``has_all``."""

R = TypeVar("R", bound=Resource)
_Identity = tuple[str, str, str, str]


class Inventory:
    """All resources of the input, in input order, with what is known about the input itself.

    ``is_whole`` says that the input is the complete mesh, so that what is missing is absent;
    objects of the kinds in ``unread`` may be missing all the same. ``by_hand`` is how
    ``kube-inject`` injects the workloads, where that is what they are asked about for.
    ``knowledge`` names the namespaces of which the input surely shows a part.
    """

    def __init__(
        self, resources: Sequence[Resource], config: MeshConfig | None = None, *,
        is_whole: bool = False, unread: frozenset[str] = frozenset(),
        injection: InjectionByHand | None = None, knowledge: Knowledge = NOTHING_LACKS,
    ) -> None:  # fmt: skip
        self.knowledge = knowledge._replace(hidden=unread)
        self.resources = tuple(resources)
        self.config = config or find_mesh_config(self.resources)
        self.is_whole = is_whole and unread <= _ASKED_BY_NAME
        self._unread = unread
        self.by_hand = injection
        self._by_view: dict[type[Resource], list[Resource]] = {}
        self._by_name: dict[type[Resource], dict[str, list[Resource]]] = {}
        self._by_home: dict[type[Resource], dict[tuple[str, str], list[Resource]]] = {}
        self._add(self.resources)
        self.has_controllers = any(kind.made_kinds for kind in self._by_view)
        """Are there objects of which other controllers make some of the mesh?"""
        if self.has_controllers:
            from meshctl.mesh.core.made_objects import made_objects  # noqa: PLC0415 - few need it

            self._add(made_objects(self.resources))

    def _add(self, resources: Sequence[Resource]) -> None:
        views = {kind: views_of(kind) for kind in {type(resource) for resource in resources}}
        for resource in resources:
            for view in views[type(resource)]:
                self._by_view.setdefault(view, []).append(resource)

    def judged(self, view: type[R]) -> Sequence[R]:
        """Those that rules are asked about, which is not all that controllers make."""
        found = self.of(view)
        return (
            [resource for resource in found if resource.is_judged]
            if self.has_controllers
            else found
        )

    def of(self, view: type[R]) -> Sequence[R]:
        """All resources read by one view or a kind of it: a Telemetry is a Policy too."""
        return self._by_view.get(view, [])  # type: ignore[return-value]

    def named(self, view: type[R], name: str) -> Sequence[R]:
        """Those with a name, of whatever namespace."""
        known = self._by_name.get(view)
        if known is None:
            known = self._by_name[view] = {}
            for resource in self.of(view):
                known.setdefault(resource.name, []).append(resource)
        return known.get(name, [])  # type: ignore[return-value]

    def named_in(self, view: type[R], name: str, namespace: str) -> Sequence[R]:
        """Those with a name, of one namespace."""
        known = self._by_home.get(view)
        if known is None:
            known = self._by_home[view] = {}
            for resource in self.of(view):
                known.setdefault((resource.name, resource.namespace), []).append(resource)
        return known.get((name, namespace), [])  # type: ignore[return-value]

    def has_all(self, *kinds: str) -> bool:
        """Does the input hold every object of these kinds, so that a missing one is absent?"""
        return self.is_whole and self._unread.isdisjoint(kinds)

    def may_lack(self, *kinds: str) -> bool:
        """Is it known that objects of these kinds may be missing?"""
        return not self._unread.isdisjoint(kinds)

    @cached_property
    def knows(self) -> "KnownObjects":
        """Whether the input has all objects of a kind, so that a missing one is absent."""
        from meshctl.mesh.core.known_objects import (  # noqa: PLC0415 - asked where something is missing
            KnownObjects,
        )

        return KnownObjects(self)

    @cached_property
    def declared_namespaces(self) -> frozenset[str]:
        """The namespaces whose Namespace is in the input, as one of this cluster."""
        is_remote = self.knowledge.is_remote
        return frozenset(
            namespace.name for namespace in self.of(Namespace) if not is_remote(namespace)
        )

    def first_of(self, resource: Resource) -> Resource:
        """The first resource with this group, kind, namespace and name."""
        return self._by_identity[_identity(resource)]

    @cached_property
    def _by_identity(self) -> dict[_Identity, Resource]:
        found: dict[_Identity, Resource] = {}
        for resource in self.of(Resource):
            found.setdefault(_identity(resource), resource)
        return found


def _identity(resource: Resource) -> _Identity:
    return resource.group, resource.kind, resource.namespace, resource.name
