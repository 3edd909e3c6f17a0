"""Decides about a change of a live mesh: what it adds to what is wrong, and whether it may."""

from collections import Counter
from collections.abc import Iterator, Sequence
from time import process_time
from typing import NamedTuple

from meshctl.engine.ignores.suppress import IgnoreFilter
from meshctl.engine.live_overlay import overlay
from meshctl.engine.located.fingerprints import anchor_of_place
from meshctl.engine.locations import identify
from meshctl.engine.report import LocatedFinding, Location, ResourceId
from meshctl.gate.absences import is_absence
from meshctl.gate.changes import Change
from meshctl.gate.neighbourhood import MOST, TooLargeError, Walk
from meshctl.gate.neighbours import neighbours
from meshctl.gate.partial_mesh import Found, OutOfTimeError, PartialMesh
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.resources import Namespace, Resource, Workload
from meshctl.resources.view import path_text
from meshctl.rules.api import Severity
from meshctl.settings import Settings

BUDGET = 0.5
"""Seconds of a processor that the rules may take for one review; an API server waits three."""
_NEIGHBOURS = 40
_OF_EVERYTHING = frozenset({"ConfigMap", "IstioOperator"})
"""Kinds that hold the settings of the mesh, where the control plane reads them."""


class AddedFinding(NamedTuple):
    """A finding that a change brings about."""

    found: LocatedFinding
    summary: str
    """What the rule finds, without anything of the object."""
    is_about_it: bool
    """Is it about the object that changes, and not about a neighbour?"""
    is_contradiction: bool
    """Would it hold whatever else were in the mesh? Else something is missing, and may come yet."""


class Verdict(NamedTuple):
    """What a change adds; ``unchecked`` says why not all of it is known, empty if it is."""

    added: tuple[AddedFinding, ...] = ()
    unchecked: str = ""


class _Compared(NamedTuple):
    """What a change adds in a part of the mesh, as that is afterwards."""

    added: list[Found]
    after: Sequence[Resource]
    about: Sequence[Resource | None]
    """The object that changes, if it stays, and the others of which something is found."""
    has_crashed: bool


class _Asking(NamedTuple):
    """Which rules are asked, by their ids, and whether also about the object that changes."""

    only: frozenset[str] | None
    itself: bool


_EVERYTHING = _Asking(None, itself=True)


class Judge:
    """Judges changes against a snapshot, which stays as it is."""

    def __init__(self, snapshot: Snapshot, settings: Settings, *, budget: float = BUDGET) -> None:
        self._snapshot = snapshot
        self._settings = settings._replace(baseline=None)
        self.parts = PartialMesh(snapshot, self._settings)
        self._budget = budget

    def judge(self, change: Change, *, least: int | None = 0) -> Verdict:
        """Say what a change adds to the findings about the object and its neighbours.

        Findings of less than the rank ``least`` of a severity are not said to be contradictions, and
        with ``None`` none is: to find that out takes time.
        """
        deadline = process_time() + self._budget
        root = self.parts.config.root_namespace
        subject = change.subject
        if subject.kind in _OF_EVERYTHING:
            if subject.namespace != root and not subject.name.startswith("istio"):
                return Verdict()
            return Verdict(unchecked=f"{subject.title} holds for the whole mesh")
        try:
            return self._judge(change, root, deadline, least)
        except TooLargeError:
            return Verdict(unchecked="too many objects are tied to it")
        except OutOfTimeError:
            return Verdict(unchecked=f"the rules took longer than {self._budget:g} s")

    def _judge(self, change: Change, root: str, deadline: float, least: int | None) -> Verdict:
        """Judge in the neighbourhood of the change, and once more where neighbours are concerned.

        What a neighbour has before and after is told in one and the same part of the mesh, so that
        what is missing there makes no difference. Only those with a new finding are looked at in
        neighbourhoods of their own, by the rules that found something.
        """
        walk = Walk(self._snapshot, root, MOST)
        seen = self._seen(walk, change)
        near = neighbours(seen, change, self._snapshot, root)
        if change.before is not None and change.moves_pods:
            walk.take_namespace(change.subject.namespace)  # others may be nearly what they pick
        looked_at = near[:_NEIGHBOURS]
        for resource in looked_at:
            walk.take(resource)
        compared = self._compare(walk, change, looked_at, deadline)
        concerned = set(map(_whose, compared.added))
        few = [resource for resource in looked_at if Identity.of(resource) in concerned]
        if compared.added:
            compared = self._confirmed(walk, change, few, compared, deadline)
        weighed = [
            one for one in compared.added if least is not None and _severity(one).rank >= least
        ]
        standing = self._standing(compared, weighed, deadline)
        unchecked = ""
        if len(near) > _NEIGHBOURS:
            unchecked = "more objects are tied to it than are looked at"
        if compared.has_crashed:
            unchecked = "a rule crashed"
        subject = identify(change.subject)
        return Verdict(tuple(self._heeded(compared.added, standing, subject)), unchecked)

    def _seen(self, walk: Walk, change: Change) -> dict[Resource, int]:
        """Walk what an object is tied to before and after, by one walk where its ties stay."""
        before, after = change
        if before is None or after is None:
            return walk.around(change.subject)
        seen = walk.around(after)
        if isinstance(after, Workload | Namespace) or not walk.covers(before):
            for resource, steps in walk.around(before).items():
                seen[resource] = min(steps, seen.get(resource, steps))
            return seen
        walk.take(before)
        return seen

    def _confirmed(
        self, walk: Walk, change: Change, near: Sequence[Resource], compared: _Compared,
        deadline: float,
    ) -> _Compared:  # fmt: skip
        """Ask the rules that found something of neighbours once more, with all that is around them.

        All that decides about the object that changes was there the first time, but for what messages
        name in the place of something missing.
        """
        subject = Identity.of(change.subject)
        mine = [one for one in compared.added if _whose(one) == subject]
        lacking = frozenset(rule.id for rule, _ in mine if is_absence(rule.id))
        theirs = {rule.id for rule, finding in compared.added if _whose((rule, finding)) != subject}
        size = len(walk.found)
        for resource in near:
            walk.around(resource)
        if lacking or any(map(is_absence, theirs)):
            walk.take_similar()
        if len(walk.found) == size:
            return compared
        only = lacking | theirs
        few = _Asking(only, itself=bool(lacking))
        again = self._compare(walk, change, near, deadline, few)
        added = [one for one in mine if one[0].id not in lacking]
        added += (one for one in again.added if _whose(one) != subject or one[0].id in lacking)
        about = [again.about[0], *dict.fromkeys((*compared.about[1:], *again.about[1:]))]
        has_crashed = compared.has_crashed or again.has_crashed
        return again._replace(added=added, about=about, has_crashed=has_crashed)

    def _compare(
        self, walk: Walk, change: Change, near: Sequence[Resource], deadline: float,
        asking: _Asking = _EVERYTHING,
    ) -> _Compared:  # fmt: skip
        """List what a change adds in a part of the mesh, to the object itself and to neighbours."""
        if process_time() > deadline:
            raise OutOfTimeError
        part = self._snapshot.in_order(
            resource for resource in walk.found if resource in self._snapshot
        )
        after = _apply(part, change)
        there = {Identity.of(resource): resource for resource in after}
        later = [there.get(Identity.of(resource)) for resource in (change.subject, *near)]
        earlier: list[Resource | None] = [change.before, *near]
        about = later
        if not asking.itself:
            about, earlier[0] = [None, *later[1:]], None
        asked = self.parts.ask(self.parts.whole(after), about, deadline, asking.only)
        owners = set(map(_whose, asked.findings))
        for number, resource in enumerate(earlier):
            if (
                number not in asked.places
                and resource is not None
                and Identity.of(resource) not in owners
            ):
                earlier[number] = None  # nothing is found of it, so that nothing is new
        added = self._added(asked.findings, part, earlier, deadline)
        told = [later[number] for number in sorted(asked.places) if number]
        return _Compared(added, after, [later[0], *told], asked.has_crashed)

    def _heeded(
        self, added: Sequence[Found], standing: set[tuple[object, ...]], subject: ResourceId
    ) -> Iterator[AddedFinding]:
        """Walk the findings that nobody has decided to live with."""
        ignores = IgnoreFilter(self._settings, ())
        for found in added:
            located = _located(found)
            if not ignores.ignores(located, found[1].ref.resource):
                is_about_it = located.resource == subject
                stands = _key(found) in standing
                yield AddedFinding(located, found[0].summary, is_about_it, stands)

    def _added(
        self, later: Sequence[Found], part: Sequence[Resource], about: Sequence[Resource | None],
        deadline: float,
    ) -> list[Found]:  # fmt: skip
        """Keep the findings that are not there yet, asking for those of the same rules alone."""
        if not later:
            return []
        only = frozenset(rule.id for rule, _ in later)
        asked = self.parts.ask(self.parts.whole(part), about, deadline, only)
        counts = Counter(map(_key, asked.findings))
        added = []
        for found in later:
            key = _key(found)
            if counts[key] > 0:
                counts[key] -= 1
            else:
                added.append(found)
        return added

    def _standing(
        self, compared: _Compared, found: Sequence[Found], deadline: float
    ) -> set[tuple[object, ...]]:
        """Name those of the findings that hold even if anything might still be added to the mesh."""
        only = frozenset(rule.id for rule, _ in found if not is_absence(rule.id))
        if not only:
            return set()
        mesh = self.parts.with_gaps(compared.after)
        asked = self.parts.ask(mesh, compared.about, deadline, only)
        return set(map(_key, asked.findings))


def _apply(part: Sequence[Resource], change: Change) -> Sequence[Resource]:
    """Give the objects as they are after a change."""
    if change.after is not None:
        return overlay(part, (change.after,))
    return [resource for resource in part if resource is not change.before]


def _severity(found: Found) -> Severity:
    rule, finding = found
    return finding.severity or rule.severity


def _whose(found: Found) -> Identity:
    """Name the object that a finding is about."""
    return Identity.of(found[1].ref.resource)


def _key(found: Found) -> tuple[object, ...]:
    """What makes a finding the same before and after, wherever a list holds its place."""
    rule, finding = found
    others = sorted({related.ref.resource.title for related in finding.related})
    return rule.id, _severity(found), anchor_of_place(finding.ref), *others


def _located(found: Found) -> LocatedFinding:
    """Write a finding as reports have it, without lines: what comes from an API has none."""
    rule, finding = found
    resource = finding.ref.resource
    place = Location(resource.document.file, 1, 1, 1, 1, path_text(finding.ref.path), None)
    return LocatedFinding(
        rule.id, rule.equivalents, _severity(found), finding.message, identify(resource), place,
        (), finding.fix or rule.fix or None, anchor_of_place(finding.ref),
    )  # fmt: skip
