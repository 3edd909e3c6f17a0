"""Says what a change between releases is: a row of the table, with the test whom it concerns."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from meshctl.resources import Ref
from meshctl.rules.api import NotChecked, Rule, Severity
from meshctl.upgrades.release import Release

if TYPE_CHECKING:
    from meshctl.upgrades.upgrade import Upgrade

FAMILY = "upgrade"
SINCE = "0.1.0"


class Kind(StrEnum):
    """What happens to something in a release."""

    REMOVED = "removed"
    DEFAULT_CHANGED = "default-changed"
    DEPRECATED = "deprecated"
    HAZARD = "hazard"
    PROMOTED = "promoted"
    ADDED = "added"


class Phase(StrEnum):
    """When somebody has to act: before the control plane of the release runs, while, or after."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class Hit(NamedTuple):
    """One place that a change concerns: what stands there, and what it does before and after.

    ``note`` has the subject first: "Service shop/db is of type ExternalName". ``release`` is that
    of which this place is concerned, where the test is of no single one.
    """

    ref: Ref
    note: str
    was: str = ""
    now: str = ""
    release: Release | None = None


class Pin(NamedTuple):
    """A variable, or a value of a chart, that keeps the behaviour of before."""

    name: str
    value: str

    @property
    def text(self) -> str:
        """``ENABLE_AUTO_SNI=false``."""
        return f"{self.name}={self.value}"


Outcome = Hit | NotChecked
Predicate = Callable[["Upgrade"], Iterator[Outcome]]


class Change(NamedTuple):
    """A row of the table; ``row`` is its stable name, which starts with the release.

    ``title`` says what changes, as a sentence without a full stop; ``effect`` what it does to
    those that it concerns, as a sentence of which the release is the beginning. ``backports`` are
    the first patches that carry it, where it didn't come with the ``.0`` of its release.
    """

    row: str
    kind: Kind
    area: str
    title: str
    effect: str
    fix: str
    concerns: Predicate
    severity: Severity = Severity.WARNING
    phase: Phase = Phase.BEFORE
    pins: tuple[Pin, ...] = ()
    backports: tuple[Release, ...] = ()
    source: str = ""

    @property
    def id(self) -> str:
        """How findings of it are named, and ignored."""
        return f"{FAMILY}/{self.row}"

    @property
    def release(self) -> Release:
        """The minor release that changed it."""
        return Release(int(self.row.split("-")[0].partition("_")[2]))

    @property
    def rule(self) -> Rule:
        """How reports explain it."""
        docs = f"{self.title}\n\nFrom Istio {self.release.name} on {self.effect}\n\nFix: {self.fix}"
        return Rule(self.id, None, self.severity, (), SINCE, docs, None)

    def is_in(self, release: Release) -> bool:
        """Does a release have the change?

        Of a release whose patch isn't known, the last patch is meant.
        """
        if release.patch is None or not self.backports:
            return release.minor >= self.release.minor
        by_branch = {backport.minor: backport.patch or 0 for backport in self.backports}
        if release.minor in by_branch:
            return release.patch >= by_branch[release.minor]
        return release.minor > max(by_branch)

    def lies_between(self, start: Release, target: Release) -> bool:
        """Does somebody meet the change on the way from one release to another?"""
        return self.is_in(target) and not self.is_in(start)


class Standing(NamedTuple):
    """A test that every upgrade is put to, whatever its releases; its hits name theirs.

    ``row`` is its stable name, as that of a change is.
    """

    row: str
    area: str
    title: str
    effect: str
    fix: str
    concerns: Predicate
    severity: Severity = Severity.WARNING
    phase: Phase = Phase.BEFORE
    source: str = ""

    @property
    def id(self) -> str:
        """How findings of it are named, and ignored."""
        return f"{FAMILY}/{self.row}"

    @property
    def rule(self) -> Rule:
        """How reports explain it."""
        docs = f"{self.title}\n\n{self.effect}\n\nFix: {self.fix}"
        return Rule(self.id, None, self.severity, (), SINCE, docs, None)
