"""Asks rules about objects, and watches what they ask of the mesh for it."""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import TYPE_CHECKING, Any, cast

from meshctl.engine.runner import Outcomes, ask
from meshctl.resources import Resource
from meshctl.rules.api import Rule

if TYPE_CHECKING:
    from meshctl.mesh import Mesh


class Reach(IntEnum):
    """How far a rule looked, to say what it said of an object."""

    NOTHING = 0
    """At the object alone, and what an API server says of it by itself."""
    CIRCUMSTANCES = 1
    """At the mesh config, too, or at what the input shows of kinds and namespaces."""
    MESH = 2
    """At other objects."""


_REACHES = {
    "verdict": Reach.NOTHING,
    "by_hand": Reach.NOTHING,
    "config": Reach.CIRCUMSTANCES,
    "is_whole": Reach.CIRCUMSTANCES,
    "knowledge": Reach.CIRCUMSTANCES,
    "knows": Reach.CIRCUMSTANCES,
    "has_controllers": Reach.CIRCUMSTANCES,
}
"""What tells of no other object; all else of a mesh may."""


class _WatchedMesh:
    """A mesh that notes how far it was asked."""

    def __init__(self, mesh: "_NotingMesh") -> None:
        self._mesh = mesh
        self.reach = Reach.NOTHING

    def __getattr__(self, name: str) -> Any:
        reach = _REACHES.get(name, Reach.MESH)
        self.reach = max(self.reach, reach)
        return getattr(self._mesh, name)


class _NotingMesh:
    """A mesh that notes which parts it was ever asked for; each costs something once."""

    def __init__(self, mesh: "Mesh", parts: set[str]) -> None:
        self._mesh = mesh
        self._parts = parts

    def __getattr__(self, name: str) -> Any:
        if _REACHES.get(name, Reach.MESH) is Reach.MESH:
            self._parts.add(name)
        value = self.__dict__[name] = getattr(self._mesh, name)
        return value


def ask_watched(
    rule: Rule, about: Iterable[tuple[Resource, Reach]], mesh: "Mesh", parts: set[str]
) -> Iterator[tuple[Resource, Outcomes | None, Reach]]:
    """Ask one rule about some resources of its kind, each with how far it looked the last time.

    Gives those of which it said anything, and those for which it looks less far or further now. Where
    it asked all of the mesh it isn't watched again, but for what it asks of it: that comes to ``parts``.
    """
    check = rule.check
    if check is None:
        return
    noting = _NotingMesh(mesh, parts)
    watched = _WatchedMesh(noting)
    asked, asked_again = cast("Mesh", watched), cast("Mesh", noting)
    outcomes = Outcomes()
    for resource, known in about:
        if known is Reach.MESH:
            watched.reach = Reach.MESH
            ask(rule, check, (resource,), asked_again, outcomes)
        else:
            watched.reach = Reach.NOTHING
            ask(rule, check, (resource,), asked, outcomes)
        if outcomes.findings or outcomes.not_checked or outcomes.crashes:
            yield resource, outcomes, watched.reach
            outcomes = Outcomes()
        elif watched.reach is not known:
            yield resource, None, watched.reach
