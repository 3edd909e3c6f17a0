"""Keeps what rules said of objects, for as long as nothing changes that they may have asked about.

A rule that asked the mesh nothing says the same of an object whatever else there is, and one that asked
what the input is said the same for as long as that stays. The others are asked again about what has to do
with the objects that came or went.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol, TypeVar

from meshctl.engine.needs import ObjectWords
from meshctl.engine.runner import DEBUG_VARIABLE, Outcomes
from meshctl.engine.workspaces.watched_mesh import Reach, ask_watched
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, Rule

T = TypeVar("T")


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
_Reached = dict[str, dict[Resource, Reach]]
"""By rule and object what was asked of the mesh, where that is anything."""


class _Round(NamedTuple):
    """What an analysis that ran to its end was about, and what it gave."""

    resources: tuple[Resource, ...]
    circumstances: object
    said: _Said
    reached: _Reached


_NOTHING = _Round((), None, {}, {})


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
            mesh.config, mesh.knowledge, mesh.is_whole, mesh.has_controllers, mesh.knows.shown,
        )  # fmt: skip
        last = self._last or _NOTHING
        again = self._to_ask(rules, mesh, circumstances)
        if again is None or again:
            self._is_taken_over = again is not None
        is_same = last.circumstances == circumstances
        old, new = {*last.resources}, {*mesh.resources}
        reach = Reach.CIRCUMSTANCES if is_same else Reach.NOTHING
        taken = _Taken(old & new, old - new, again, reach)
        return Asking(rules, mesh, circumstances, last, taken)

    def end(self, asking: "Asking") -> None:
        """Keep what was said, once everything was asked."""
        self._last = _Round(
            asking.mesh.resources, asking.circumstances, asking.said, asking.reached
        )
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

    def _to_ask(
        self, rules: Sequence[Rule], mesh: Mesh, circumstances: object
    ) -> set[Resource] | None:
        """Find the objects about which rules have to be asked that ask the mesh; ``None`` for all."""
        last = self._last
        if last is None or last.circumstances != circumstances or mesh.has_controllers:
            return None
        if [*last.said] != [rule.id for rule in rules]:
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


class _Taken(NamedTuple):
    """What is taken over: what was said of objects that ``stay``.

    Of those to be asked ``again`` (``None`` for all) it holds where no more than ``reach`` was asked.
    """

    stay: set[Resource]
    gone: set[Resource]
    again: set[Resource] | None
    reach: Reach

    def lost(self, reached: Mapping[Resource, Reach]) -> Collection[Resource]:
        """Name the objects of which nothing holds, where a rule asked so much about each."""
        again, most = self.again, self.reach
        if again is None:
            return {one for one, reach in reached.items() if reach > most}
        if len(reached) <= len(again):
            return [one for one, reach in reached.items() if reach > most and one in again]
        return [one for one in again if reached.get(one, Reach.NOTHING) > most]

    def of(self, table: Mapping[Resource, T], lost: Collection[Resource]) -> dict[Resource, T]:
        """What of a table by object holds on."""
        if self.again is None:  # what controllers made is made anew, and gone without a trace
            return {
                one: value for one, value in table.items() if one in self.stay and one not in lost
            }
        kept = {**table}
        if kept:
            for some in (self.gone, lost):
                for one in some:
                    kept.pop(one, None)
        return kept

    def to_ask(
        self, resources: Iterable[Resource], reached: Mapping[Resource, Reach]
    ) -> list[Resource]:
        """Choose those of some objects that have to be asked about, which may all be."""
        stay, most = self.stay, self.reach
        return [
            one for one in resources if one not in stay or reached.get(one, Reach.NOTHING) > most
        ]


class Asking:
    """One analysis that asks ``rules`` about the ``resources`` of a ``mesh``."""

    def __init__(
        self, rules: Sequence[Rule], mesh: Mesh, circumstances: object, last: _Round, taken: _Taken
    ) -> None:
        self.rules = rules
        self.mesh = mesh
        self.circumstances = circumstances
        self._last = last
        self._taken = taken
        self._words = ObjectWords()
        again = taken.again
        judged = mesh.judged(Resource)
        self.resources = judged if again is None else [one for one in judged if one in again]
        """The objects of which something else may be said."""
        self.said: _Said = {}
        self.reached: _Reached = {}
        for name in (rule.id for rule in rules):
            reached = last.reached.get(name, {})
            lost = taken.lost(reached)
            self.said[name] = taken.of(last.said.get(name, {}), lost)
            self.reached[name] = taken.of(reached, lost)

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
        said, reached = self.said[rule.id], self.reached[rule.id]
        before = self._last.said.get(rule.id, {})
        known = self._last.reached.get(rule.id)
        resources = self._words.holding(rule, resources)
        if known is not None:
            resources = self._taken.to_ask(resources, known)
        for resource, outcomes, reach in ask_watched(rule, resources, self.mesh, known or {}):
            if reach:
                reached[resource] = reach
            if outcomes is not None:
                # The findings of before, where they say the same: their places are known.
                old = before.get(resource)
                said[resource] = old if old == outcomes else outcomes

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
