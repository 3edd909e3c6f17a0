"""Names the objects of an answer and where they are written."""

from dataclasses import dataclass

from meshctl.engine.locations import locate
from meshctl.resources import Ref, Resource
from meshctl.sources.live_object import ObjectDocument


@dataclass(frozen=True, slots=True)
class Place:
    """A line and column from 1 of a file, and the path of the field in the object."""

    file: str
    line: int
    column: int
    path: str


@dataclass(frozen=True, slots=True)
class Named:
    """An object that an answer names; the namespace is empty for a cluster-scoped one."""

    api_version: str
    kind: str
    namespace: str
    name: str
    location: Place

    @property
    def is_live(self) -> bool:
        """Is it written in no file, but in a cluster?"""
        return self.location.file.startswith("cluster:")


Head = tuple[str, str, str, str, Place]
"""What a ``Named`` is made of, for the answers that say more about an object."""


def place(ref: Ref) -> Place:
    """Find where something is written."""
    found = locate(ref)
    return Place(found.file, found.line, found.column, found.path)


def is_live(ref: Ref) -> bool:
    """Is a place in the cluster alone, and so in no file?"""
    return isinstance(ref.resource.document, ObjectDocument)


class Shown:
    """Names objects and places of an answer, and keeps the objects, each once."""

    def __init__(self) -> None:
        self._resources: dict[Resource, None] = {}
        self._heads: dict[Ref, Head] = {}

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The objects that were named so far."""
        return tuple(self._resources)

    def whole(self, resource: Resource) -> Named:
        """Name an object, and where its name is written."""
        return Named(*self.head(resource))

    def head(self, resource: Resource) -> Head:
        """Give what names an object, for an answer that says more about it."""
        return self.head_at(resource.at("metadata", "name"))

    def at(self, ref: Ref) -> Named:
        """Name a place and the object that it is in."""
        return Named(*self.head_at(ref))

    def head_at(self, ref: Ref) -> Head:
        """Give what names a place, for an answer that says more about it.

        Of what istiod makes of the Gateway API that is the object that somebody wrote.
        """
        known = self._heads.get(ref)
        if known is None:
            written = ref.resource.origin(ref)
            resource = written.resource
            self._resources.setdefault(resource)
            head = (
                resource.api_version,
                resource.kind,
                resource.namespace,
                resource.name,
                place(written),
            )
            known = self._heads[ref] = head
        return known

    def perhaps(self, ref: Ref | None) -> Named | None:
        """Name a place that there may be."""
        return self.at(ref) if ref is not None else None
