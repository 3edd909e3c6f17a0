"""The plan of an upgrade, as it is answered: what concerns the mesh, when, and what to do."""

from typing import NamedTuple

from meshctl.engine.report import LocatedFinding, Location, Report
from meshctl.upgrades.change import Phase
from meshctl.upgrades.release import Release
from meshctl.upgrades.upgrade import Pinned


class FoundVersion(NamedTuple):
    """A version of the control plane: what says it, and where; no place for a flag."""

    version: str
    title: str
    location: Location | None


class Behaviour(NamedTuple):
    """What the mesh does at one place before and after."""

    subject: str
    was: str
    now: str


class Task(NamedTuple):
    """One thing to do: a finding with what it changes, or (without one) a step of every upgrade.

    ``release`` is the minor release that asks for it. ``postponed`` is what puts a change off, with
    its end; ``ended`` what put it off until now.
    """

    phase: Phase
    release: Release
    title: str
    fix: str
    finding: LocatedFinding | None = None
    places: int = 0
    behaviour: tuple[Behaviour, ...] = ()
    postponed: Pinned | None = None
    ended: Pinned | None = None


class UpgradePlan(NamedTuple):
    """A plan: the way, the tasks in their order, the report, and what concerns nothing here.

    ``known`` counts the changes on the way; ``unconcerned`` are the ids of those that concern
    nothing in the input, and that could be checked.
    """

    start: Release
    target: Release
    versions: tuple[FoundVersion, ...]
    way: tuple[Release, ...]
    tasks: tuple[Task, ...]
    report: Report
    known: int
    unconcerned: tuple[str, ...]
