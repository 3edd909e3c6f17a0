"""All resources by kind and by identity."""

from collections.abc import Sequence
from typing import TypeVar

from meshctl.resources import Resource
from meshctl.resources.cached_property import cached_property
from meshctl.resources.kinds import views_of

R = TypeVar("R", bound=Resource)
_Identity = tuple[str, str, str, str]


class Inventory:
    """All resources of the input, in input order."""

    def __init__(self, resources: Sequence[Resource]) -> None:
        self.resources = tuple(resources)
        self._by_view: dict[type[Resource], list[Resource]] = {}
        views = {kind: views_of(kind) for kind in {type(resource) for resource in resources}}
        for resource in self.resources:
            for view in views[type(resource)]:
                self._by_view.setdefault(view, []).append(resource)

    def of(self, view: type[R]) -> Sequence[R]:
        """All resources read by one view or a kind of it: a Telemetry is a Policy too."""
        return self._by_view.get(view, [])  # type: ignore[return-value]

    def first_of(self, resource: Resource) -> Resource:
        """The first resource with this group, kind, namespace and name."""
        return self._by_identity[_identity(resource)]

    @cached_property
    def _by_identity(self) -> dict[_Identity, Resource]:
        found: dict[_Identity, Resource] = {}
        for resource in self.resources:
            found.setdefault(_identity(resource), resource)
        return found


def _identity(resource: Resource) -> _Identity:
    return resource.group, resource.kind, resource.namespace, resource.name
