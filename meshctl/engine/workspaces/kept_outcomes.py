"""Keeps what rules said of objects, for as long as nothing changes that they may have asked about.

A rule that asked the mesh nothing says the same of an object whatever else there is, and one that asked
what the input is said the same for as long as that stays. The others are asked again about what has to do
with the objects that came or went.
"""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, Protocol

from meshctl.engine.needs import ObjectWords, Words, bits_of
from meshctl.engine.runner import DEBUG_VARIABLE, Outcomes
from meshctl.engine.workspaces.watched_mesh import Reach, ask_watched
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

    def untouched(self, changed: Collection[Resource]) -> frozenset[str]:
        """Name the parts of a mesh in which nothing follows from objects that came or went."""


class _Heard(NamedTuple):
    """What was heard of one object, by the ids of rules: what they said, and what they asked the mesh.

    Those are left out that said nothing, or asked nothing.
    """

    said: dict[str, Outcomes]
    reached: dict[str, Reach]


class _Round(NamedTuple):
    """What an analysis that ran to its end was about, and what it gave."""

    resources: tuple[Resource, ...]
    circumstances: object
    rules: Sequence[str]
    heard: Mapping[Resource, _Heard]


_NOTHING = _Round((), None, (), {})


class KeptOutcomes:
    """What rules said in the last analysis that ran to its end.

    ``ties`` tell of what it still holds when objects change; without them an object that is another
    one has everything asked again.
    """

    def __init__(self, ties: Ties | None = None) -> None:
        self._ties = ties
        self._last: _Round | None = None
        self._is_taken_over = False
        self._parts: dict[str, set[str]] = {}

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
        names = [rule.id for rule in rules]
        last = self._last
        if last is None or last.rules != names:
            last = _NOTHING._replace(rules=names)
        again, untouched = self._to_ask(last, mesh, circumstances)
        if again is None or again:
            self._is_taken_over = again is not None or bool(untouched)
        parts = {name: self._parts.setdefault(name, set()) for name in names}
        still = {name for name, asked in parts.items() if asked and asked <= untouched}
        return Asking(rules, mesh, circumstances, last, again, parts, still)

    def end(self, asking: "Asking") -> None:
        """Keep what was said, once everything was asked."""
        self._last = asking.round()
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
        self, last: _Round, mesh: Mesh, circumstances: object
    ) -> tuple[set[Resource] | None, frozenset[str]]:
        """Find the objects about which rules have to be asked that ask the mesh; ``None`` for all.

        With them come the parts of the mesh that are what they were; rules that ask no others needn't
        be asked again at all.
        """
        if last.circumstances != circumstances or mesh.has_controllers:
            return None, frozenset()
        old, new = set(last.resources), set(mesh.resources)
        if [resource for resource in last.resources if resource in new] != [
            resource for resource in mesh.resources if resource in old
        ]:
            return None, frozenset()
        if old == new:
            return set(), frozenset()
        found, untouched = None, frozenset[str]()
        with self._ties_left():
            if self._ties is not None:
                found, untouched = (
                    self._ties.concerned(mesh, old ^ new), self._ties.untouched(old ^ new),
                )  # fmt: skip
        if found is None:
            return None, untouched
        gone, come = old - new, new - old
        is_named_anew = {one.title for one in gone} != {one.title for one in come}
        speaking = _who_speaks_of(None if is_named_anew else gone, last.heard)
        return {*found, *come, *speaking}, untouched


def _who_speaks_of(
    gone: Collection[Resource] | None, heard: Mapping[Resource, _Heard]
) -> Iterator[Resource]:
    """Walk the objects with a finding that shows a place of an object which is gone.

    ``None`` stands for all that have findings, which may name whatever somebody seems to mean.
    """
    for resource, heard_of in heard.items():
        found = (finding for said in heard_of.said.values() for _, finding in said.findings)
        if any(gone is None or shown in gone for finding in found for shown in _shown(finding)):
            yield resource


def _shown(finding: Finding) -> Iterator[Resource]:
    yield finding.ref.resource
    yield from (related.ref.resource for related in finding.related)
    yield from (edit.ref.resource for edit in finding.edits)


class Asking:
    """One analysis that asks ``rules`` about the ``resources`` of a ``mesh``.

    Those are asked about that are in ``again`` (``None`` for all); of the others all holds that was
    heard in the ``last`` one, and of what is still there all that the rules in ``still`` said. What parts
    of the mesh each rule asks for comes to ``parts``.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what there was, and what there is
        self, rules: Sequence[Rule], mesh: Mesh, circumstances: object, last: _Round,
        again: set[Resource] | None, parts: Mapping[str, set[str]], still: Collection[str],
    ) -> None:  # fmt: skip
        self.mesh = mesh
        self._circumstances = circumstances
        self._last = last
        self._holds = Reach.CIRCUMSTANCES if last.circumstances == circumstances else Reach.NOTHING
        """What no more was asked for still holds of an object that stays."""
        self._rules = {rule.id: rule for rule in rules}
        self._parts = parts
        self._still_says = still
        self._words = ObjectWords()
        judged = mesh.judged(Resource)
        self.resources = (
            judged if again is None else [resource for resource in judged if resource in again]
        )
        """The objects of which something else may be said."""
        self._heard: dict[Resource, _Heard] = {}
        if again is not None:
            there, known = {*judged}, last.heard.items()
            self._heard = {resource: heard for resource, heard in known if resource in there}
        self._by_kind: dict[type[Resource], list[tuple[str, Words | None]]] = {}

    def ask(self, resources: Iterable[Resource], go_on: Callable[[], None]) -> None:
        """Ask every rule about some objects; ``go_on`` is called between rules."""
        by_rule: dict[str, list[tuple[Resource, Reach]]] = {}
        for resource in resources:
            before = self._last.heard.get(resource)
            self._heard[resource] = self._still(before)
            if before is None:
                for name in self._about(resource):
                    by_rule.setdefault(name, []).append((resource, Reach.NOTHING))
            else:
                for name, reach in before.reached.items():
                    if not self._holds_still(name, reach):
                        by_rule.setdefault(name, []).append((resource, reach))
        for name, rule in self._rules.items():
            go_on()
            if name in by_rule:
                self._ask(rule, by_rule[name])

    def _still(self, before: _Heard | None) -> _Heard:
        """Give what still holds of what was heard of an object, until more is heard."""
        if before is None:
            return _Heard({}, {})
        reached = before.reached
        said = {
            name: outcomes
            for name, outcomes in before.said.items()
            if self._holds_still(name, reached.get(name, Reach.NOTHING))
        }
        return _Heard(said, {**reached})

    def _holds_still(self, name: str, reach: Reach) -> bool:
        """Does what a rule said of an object that stays hold still, as far as it looked?"""
        return reach <= self._holds or name in self._still_says

    def _ask(self, rule: Rule, about: Sequence[tuple[Resource, Reach]]) -> None:
        for resource, outcomes, reach in ask_watched(rule, about, self.mesh, self._parts[rule.id]):
            heard = self._heard[resource]
            if reach:
                heard.reached[rule.id] = reach
            else:
                heard.reached.pop(rule.id, None)
            if outcomes is not None:
                # The findings of before, where they say the same: their places are known.
                before = self._last.heard.get(resource)
                old = before.said.get(rule.id) if before is not None else None
                heard.said[rule.id] = old if old == outcomes else outcomes

    def _about(self, resource: Resource) -> list[str]:
        """Name the rules that may have something to say of an object."""
        kind = type(resource)
        rules = self._by_kind.get(kind)
        if rules is None:
            rules = self._by_kind[kind] = [
                (name, bits_of(rule.holds))
                for name, rule in self._rules.items()
                if rule.on is not None and issubclass(kind, rule.on)
            ]
        words = self._words[resource]
        return [name for name, asked in rules if asked is None or words & asked]

    def round(self) -> _Round:
        """Give all that was said, once everything was asked."""
        return _Round(self.mesh.resources, self._circumstances, [*self._rules], self._heard)

    def outcomes(self, file: str | None = None) -> Outcomes:
        """Give what was said, of one file or of all, in the order in which all would be asked."""
        by_rule: dict[str, list[Outcomes]] = {}
        for resource in self.mesh.of(Resource):
            heard = self._heard.get(resource)
            if heard and heard.said and (file is None or resource.document.file == file):
                for name, outcomes in heard.said.items():
                    by_rule.setdefault(name, []).append(outcomes)
        joined = Outcomes()
        for name in self._rules:
            for outcomes in by_rule.get(name, ()):
                joined.add(outcomes)
        return joined
