"""Keeps what rules said of objects, for as long as nothing changes that they may have asked about."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from meshctl.engine.runner import DEBUG_VARIABLE, Outcomes, ask_each
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Rule


class Ties(Protocol):
    """Knows what objects have to do with each other."""

    def keep(self, resources: Collection[Resource]) -> None:
        """Take over the objects that there are now."""

    def concerned(self, mesh: Mesh, changed: Collection[Resource]) -> Collection[Resource] | None:
        """Find the objects of which something else may be found since others came or went.

        ``None`` where it may be any of the ``mesh``; what the input shows of namespaces and the mesh
        config are the same as before.
        """


_Said = dict[str, dict[Resource, Outcomes]]
"""By rule and object what was said, where that is anything."""


class _Round(NamedTuple):
    """What an analysis that ran to its end was about, and what it gave."""

    resources: tuple[Resource, ...]
    circumstances: object
    said: _Said


class KeptOutcomes:
    """What rules said in the last analysis that ran to its end.

    ``ties`` tell of what it still holds when objects change; without them an object that is another
    one has everything asked again.
    """

    def __init__(self, ties: Ties | None = None) -> None:
        self._ties = ties
        self._last: _Round | None = None
        self._is_taken_over = False

    def forget(self) -> bool:
        """Have everything asked anew; says whether anything was taken over since that was done last.

        ``ties`` know no rule: what they miss, if anything, is mended by this.
        """
        if not self._is_taken_over:
            return False
        self._last = None
        return True

    def begin(self, rules: Sequence[Rule], mesh: Mesh) -> "Asking":
        """Begin to ask some rules about a mesh; what need not be asked again is said already."""
        circumstances = (
            [rule.id for rule in rules], mesh.config, mesh.knowledge, mesh.is_whole, mesh.knows.shown,
        )  # fmt: skip
        again = self._to_ask(mesh, circumstances)
        resources = mesh.judged(Resource)
        said: _Said = {rule.id: {} for rule in rules}
        if again is not None and self._last is not None:
            stay = {*resources} - again
            for rule, by_resource in self._last.said.items():
                said[rule] = {one: out for one, out in by_resource.items() if one in stay}
            resources = [one for one in resources if one in again]
        if again is None or again:
            self._is_taken_over = again is not None
        return Asking(rules, mesh, resources, said, circumstances)

    def end(self, asking: "Asking") -> None:
        """Keep what was said, once everything was asked."""
        self._last = _Round(asking.mesh.resources, asking.circumstances, asking.said)
        with self._ties_left():
            if self._ties is not None:
                self._ties.keep(asking.mesh.resources)

    @contextmanager
    def _ties_left(self) -> Iterator[None]:
        """Go on without the ties where a bug in them raises: then everything is asked again."""
        try:
            yield
        except Exception:
            self._ties = None
            if os.environ.get(DEBUG_VARIABLE):
                raise

    def _to_ask(self, mesh: Mesh, circumstances: object) -> set[Resource] | None:
        """Find the objects about which rules have to be asked; ``None`` for all."""
        last = self._last
        if last is None or last.circumstances != circumstances or mesh.has_controllers:
            return None
        old, new = set(last.resources), set(mesh.resources)
        if [one for one in last.resources if one in new] != [
            one for one in mesh.resources if one in old
        ]:
            return None
        if old == new:
            return set()
        found = None
        with self._ties_left():
            found = self._ties.concerned(mesh, old ^ new) if self._ties is not None else None
        if found is None:
            return None
        gone, come = old - new, new - old
        is_named_anew = {one.title for one in gone} != {one.title for one in come}
        return {*found, *come, *_who_speaks_of(None if is_named_anew else gone, last.said)}


def _who_speaks_of(gone: Collection[Resource] | None, said: _Said) -> Iterator[Resource]:
    """Walk the objects with a finding that shows a place of an object which is gone.

    ``None`` stands for all that have findings, which may name whatever somebody seems to mean.
    """
    for by_resource in said.values():
        for resource, outcomes in by_resource.items():
            shown = (one for _, finding in outcomes.findings for one in _shown(finding))
            if any(gone is None or one in gone for one in shown):
                yield resource


def _shown(finding: Finding) -> Iterator[Resource]:
    yield finding.ref.resource
    yield from (related.ref.resource for related in finding.related)
    yield from (edit.ref.resource for edit in finding.edits)


class Asking:
    """One analysis that asks ``rules`` about the ``resources`` of a ``mesh``."""

    def __init__(
        self, rules: Sequence[Rule], mesh: Mesh, resources: Sequence[Resource], said: _Said,
        circumstances: object,
    ) -> None:  # fmt: skip
        self.rules = rules
        self.mesh = mesh
        self.resources = resources
        self.said = said
        self.circumstances = circumstances

    def ask(self, resources: Iterable[Resource], go_on: Callable[[], None]) -> None:
        """Ask every rule about some objects; ``go_on`` is called between rules."""
        by_kind: dict[type[Resource], list[Resource]] = {}
        for resource in resources:
            by_kind.setdefault(type(resource), []).append(resource)
        for rule in self.rules:
            go_on()
            for kind, several in by_kind.items():
                if rule.on is not None and issubclass(kind, rule.on):
                    self._ask(rule, several)

    def _ask(self, rule: Rule, resources: Sequence[Resource]) -> None:
        self.said[rule.id].update(ask_each(rule, resources, self.mesh))

    def outcomes(self, file: str | None = None) -> Outcomes:
        """Give what was said, of one file or of all, in the order in which all would be asked."""
        places = {one: number for number, one in enumerate(self.mesh.of(Resource))}
        joined = Outcomes()
        for rule in self.rules:
            by_resource = self.said[rule.id]
            for resource in sorted(by_resource, key=places.__getitem__):
                if file is None or resource.document.file == file:
                    joined.add(by_resource[resource])
        return joined
