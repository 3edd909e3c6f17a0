"""Finds the objects that differ between two meshes, in what they say and not in how it is written."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.mesh import Mesh
from meshctl.resources import Resource

_OF_SERVER = frozenset({
    "managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink",
})  # fmt: skip
Identity = tuple[str, str, str, str]


class ChangedObject(NamedTuple):
    """An object as it was and as it is; ``None`` where it is new or gone."""

    was: Resource | None
    now: Resource | None

    @property
    def either(self) -> Resource:
        """The object as it is, or as it was."""
        found = self.now or self.was
        assert found is not None  # noqa: S101 - one of them is there
        return found

    @property
    def word(self) -> str:
        """What happens to it, in one word."""
        if self.was is None:
            return "added"
        return "changed" if self.now is not None else "removed"

    @property
    def both(self) -> Iterator[Resource]:
        """Walk the versions that there are, the older first."""
        yield from (resource for resource in (self.was, self.now) if resource is not None)


def changed_objects(old: Mesh, new: Mesh) -> list[ChangedObject]:
    """List the objects that differ, in the order of the new mesh, then those that are gone."""
    before = _by_identity(old)
    found = []
    for identity, resource in _by_identity(new).items():
        known = before.pop(identity, None)
        if known is None or _says(known) != _says(resource):
            found.append(ChangedObject(known, resource))
    return [*found, *(ChangedObject(one, None) for one in before.values())]


def _by_identity(mesh: Mesh) -> dict[Identity, Resource]:
    found: dict[Identity, Resource] = {}
    for resource in mesh.resources:
        found.setdefault(
            (resource.group, resource.kind, resource.namespace, resource.name), resource
        )
    return found


def _says(resource: Resource) -> Mapping[str, Any]:
    """Give what an object says: without its status and what the API server writes."""
    meta = {key: value for key, value in resource.metadata.items() if key not in _OF_SERVER}
    own = {
        key: value for key, value in resource.data.items() if key not in {"status", "apiVersion"}
    }
    return {**own, "metadata": {**meta, "namespace": resource.namespace}}
