"""Takes clauses out of the objects of a small mesh, and asks what is different without them.

A clause is one of the objects that an example writes, by its number, and a path in it; an empty path is the
whole object. Objects are written as manifests, so that a clause can be taken out or written otherwise.
"""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from meshctl.engine.registry import load_family
from meshctl.mesh import Mesh
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.resources import Resource, make_resource
from meshctl.resources.cached_property import cached_property
from meshctl.rules.api import Finding
from meshctl.sources.documents import Document

Path = tuple[str | int, ...]
WHOLE = {"metadata", "selector", "workloadSelector", "targetRef", "targetRefs"}
"""What stands for the object: its name, and what it is for."""


class Clause(NamedTuple):
    """A part of an object: the number of the object, and the path in it."""

    number: int
    path: Path = ()


class Said(NamedTuple):
    """What a rule says of an object: its id, and the place."""

    rule: str
    clause: Clause
    finding: Finding

    def is_about(self, clause: Clause) -> bool:
        """Is it about the clause, a part of it, or what it is a part of?"""
        number, path = self.part
        same = min(len(path), len(clause.path))
        return number == clause.number and path[:same] == clause.path[:same]

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
        for number, judged in enumerate(self.objects):
            for rule in rules:
                if judged is None or rule.on is None or not isinstance(judged, rule.on):
                    continue
                for found in rule.check(judged, self.mesh) if rule.check else ():
                    if isinstance(found, Finding) and found.ref.resource is judged:
                        yield Said(rule.id, Clause(number, found.ref.path), found)

    def is_complained_about(self, clause: Clause) -> bool:
        return any(one.is_about(clause) for one in self.said)

    def with_(self, clause: Clause, value: Any) -> "Example":
        """Write something else in the place of a clause; ``None`` takes it out."""
        others = list(self.manifests)
        others[clause.number] = written(others[clause.number], clause.path, value)
        return Example(self.kind, others)

    def differs(self, clause: Clause, *values: Any) -> bool:
        """Is any answer another one without a clause, or with one of these values in its place?"""
        return any(self.with_(clause, one).answers != self.answers for one in (None, *values))


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
