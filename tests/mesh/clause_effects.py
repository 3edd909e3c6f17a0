"""Takes clauses out of the objects of a small mesh, and asks what is different without them.

A clause is one of the objects that an example writes, by its number, and a path in it; an empty path is the
whole object. Objects are written as manifests, so that a clause can be taken out or written otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import product
from typing import Any, NamedTuple

from hypothesis import strategies

from meshctl.engine.registry import load_family
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import Resource, make_resource
from meshctl.resources.cached_property import cached_property
from meshctl.rules.api import Finding
from meshctl.sources.documents import Document

Path = tuple[str | int, ...]
WHOLE = {
    "metadata",
    "host",
    "exportTo",
    "resolution",
    "selector",
    "workloadSelector",
    "targetRef",
    "targetRefs",
}
"""What stands for the object: its name, and what it is for."""


class Clause(NamedTuple):
    """A part of an object: the number of the object, and the path in it."""

    number: int
    path: Path = ()

    def below(self, *keys: str | int) -> "Clause":
        """A part of it."""
        return Clause(self.number, (*self.path, *keys))


class Said(NamedTuple):
    """What a rule says of an object: its id, the place, and those that explain it."""

    rule: str
    clause: Clause
    finding: Finding
    related: tuple[Clause, ...]

    def is_about(self, clause: Clause) -> bool:
        """Is it about the clause, a part of it, or what it is a part of?"""
        return _are_one(self.part, clause)

    @property
    def part(self) -> Clause:
        """What it is about: the whole object, or the place."""
        return (
            Clause(self.clause.number) if WHOLE.intersection(self.clause.path[:2]) else self.clause
        )


class Kind(NamedTuple):
    """What all examples of a kind share: what else is there, what is asked, which families of rules judge."""

    ground: Sequence[Resource]
    answers: Callable[[Mesh], Any]
    families: Sequence[str]
    config: MeshConfig | None = None


class Example:
    """Some manifests on the ground of their kind; nothing else is in the mesh."""

    def __init__(self, kind: Kind, manifests: Sequence[Any]) -> None:
        self.kind = kind
        self.manifests = manifests

    def __repr__(self) -> str:
        return f"Example({self.manifests})"

    @cached_property
    def objects(self) -> list[Resource | None]:
        return [read(one) if one else None for one in self.manifests]

    @cached_property
    def mesh(self) -> Mesh:
        there = [one for one in self.objects if one is not None]
        return Mesh([*self.kind.ground, *there], self.kind.config or MeshConfig(), is_whole=True)

    @cached_property
    def answers(self) -> Any:
        return self.kind.answers(self.mesh)

    @cached_property
    def said(self) -> list[Said]:
        return list(self._said())

    def _said(self) -> Iterator[Said]:
        rules = [rule for family in self.kind.families for rule in load_family(family)]
        numbers = {one: number for number, one in enumerate(self.objects) if one is not None}
        for judged, rule in product(numbers, rules):
            if rule.check is None or rule.on is None or not isinstance(judged, rule.on):
                continue
            for found in rule.check(judged, self.mesh):
                if isinstance(found, Finding) and found.ref.resource in numbers:
                    refs = (found.ref, *(one.ref for one in found.related))
                    place, *others = [
                        Clause(numbers[ref.resource], ref.path)
                        for ref in refs
                        if ref.resource in numbers
                    ]
                    yield Said(rule.id, place, found, tuple(others))

    def is_complained_about(self, clause: Clause) -> bool:
        return any(one.is_about(clause) for one in self.said)

    def value(self, clause: Clause) -> Any:
        """What is written there."""
        found = self.manifests[clause.number]
        for step in clause.path:
            found = found[step]
        return found

    def with_(self, clause: Clause, value: Any) -> "Example":
        """Write something else in the place of a clause; ``None`` takes it out."""
        others = list(self.manifests)
        others[clause.number] = written(others[clause.number], clause.path, value)
        return Example(self.kind, others)

    def without(self, *clauses: Clause) -> "Example":
        """Take clauses out, the later ones of a list first."""
        found = self
        for clause in sorted(clauses, reverse=True):
            found = found.with_(clause, None)
        return found

    def has_twin(self, clause: Clause, others: Sequence[Clause]) -> bool:
        """Does another one do the same, or several that say the same, so that they may go, but not all?"""
        rest = [other for other in others if other != clause]
        alike = [other for other in rest if self.value(other) == self.value(clause)]
        return any(
            self.without(*several).answers == self.answers != self.without(clause, *several).answers
            for several in [alike, *([other] for other in rest)]
        )

    def differs(self, clause: Clause, *values: Any) -> bool:
        """Is any answer another one without a clause, or with one of these values in its place?"""
        return any(self.with_(clause, one).answers != self.answers for one in (None, *values))


def some_of(make: Callable[[int], Any], most: int) -> Any:
    """Draw one or more manifests, each made for its number."""
    numbers = strategies.integers(1, most)
    return numbers.flatmap(lambda size: strategies.tuples(*map(make, range(size))))


def _are_one(one: Clause, other: Clause) -> bool:
    """Is one of them a part of the other?"""
    same = min(len(one.path), len(other.path))
    return one.number == other.number and one.path[:same] == other.path[:same]


def read(manifest: Any) -> Resource:
    return make_resource(Document("data", 1, "", manifest), manifest, (), "default")


def written(manifest: Any, path: Path, value: Any) -> Any:
    """Copy a manifest with something else at a path; ``None`` takes out what stands there."""
    if not path:
        return value
    copy = deepcopy(manifest)
    above = copy
    for step in path[:-1]:
        above = above.setdefault(step, {}) if isinstance(above, dict) else above[step]
    if value is not None:
        above[path[-1]] = value
    elif isinstance(above, list) or path[-1] in above:
        del above[path[-1]]
    return copy
