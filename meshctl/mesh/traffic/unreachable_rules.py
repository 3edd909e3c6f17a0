"""Rules of a VirtualService that earlier ones leave no request."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import groupby, islice

from meshctl.mesh.matching.request_match import covers
from meshctl.mesh.traffic.delegates import HttpRule
from meshctl.mesh.traffic.route_matches import RouteMatch, RouteMatches, is_segment_leak, may_meet
from meshctl.resources import Ref, VirtualService

MOST_PAIRS = 10_000
"""Pairs of matches compared within one VirtualService: all of 140 on one path, or thousands on
paths of their own."""


class Extent(Enum):
    """How much of a VirtualService is dead; the values are words of messages."""

    MATCH = "match"
    RULE = "rule"
    DELEGATION = "delegation"


@dataclass(frozen=True, slots=True, eq=False)
class UnreachableRule:
    """Something that never gets a request: a match, a rule, or all that a rule delegates to."""

    dead: RouteMatch
    by: RouteMatch
    extent: Extent

    @property
    def is_by_catch_all(self) -> bool:
        """Did istiod stop writing routes before it?"""
        return self.by.is_catch_all

    @property
    def is_leak(self) -> bool:
        """Is it taken only because a prefix ends amid a segment of its path?"""
        return is_segment_leak(self.by.request.path, self.dead.request.path)

    @property
    def place(self) -> Ref:
        """Where the dead part is written."""
        rule = self.dead.rule
        if self.extent is Extent.MATCH:
            return self.dead.place
        return (rule.root if self.extent is Extent.DELEGATION else rule.action).at()

    @property
    def subject(self) -> str:
        """How messages name the dead part; a delegate may be alive by way of another root."""
        rule = self.dead.rule
        if self.extent is Extent.DELEGATION or rule.root is rule.action:
            return f"this {self.extent.value}"
        return f"by way of {rule.root.resource.title} this {self.extent.value}"

    @property
    def is_harmless(self) -> bool:
        """Does the earlier rule do the very same?"""
        return self.dead.does_the_same(self.by)

    @property
    def is_removable(self) -> bool:
        """Does nothing change without it? A rule of a delegate may be alive by way of another root."""
        return self.is_harmless and self.dead.rule.root is self.dead.rule.action


class UnreachableRules:
    """The dead rules of every VirtualService, found when first asked."""

    def __init__(self, alternatives: RouteMatches) -> None:
        self._alternatives = alternatives
        self._found: dict[VirtualService, tuple[UnreachableRule, ...]] = {}
        self.unfinished: set[VirtualService] = set()
        """Those with more pairs than are compared."""

    def of(self, service: VirtualService) -> tuple[UnreachableRule, ...]:
        """List what is dead in a VirtualService, delegates merged in; rule by rule, in order."""
        if service not in self._found:
            self._found[service] = tuple(self._find(service))
        return self._found[service]

    def _find(self, service: VirtualService) -> Iterator[UnreachableRule]:
        several = self._alternatives.of(service)
        if len({match.rule for match in several}) == 1:
            return
        by = self._takers(service, several)
        if not by:
            return
        for root, group in groupby(range(len(several)), key=lambda n: several[n].rule.root):
            numbers = list(group)
            delegates = several[numbers[0]].rule.action is not root
            if delegates and all(number in by for number in numbers):
                yield UnreachableRule(
                    several[numbers[0]], several[by[numbers[0]]], Extent.DELEGATION
                )
                continue
            for _, inner in groupby(numbers, key=lambda n: several[n].rule):
                yield from _of_rule(several, list(inner), by)

    def _takers(self, service: VirtualService, several: tuple[RouteMatch, ...]) -> dict[int, int]:
        """Find for each dead match the first match of an earlier rule that covers it."""
        pairs = list(islice(may_meet(several), MOST_PAIRS + 1))
        if len(pairs) > MOST_PAIRS:
            self.unfinished.add(service)
            return {}
        found: dict[int, int] = {}
        for first, second in sorted(pairs, key=lambda pair: (pair[1], pair[0])):
            match, other = several[first], several[second]
            if second in found or _belong_together(match.rule, other.rule):
                continue
            refuted = other.sample is not None and match.request.path.takes(other.sample) is False
            if not refuted and covers(match.request, other.request):
                found[second] = first
        return found


def _of_rule(
    several: tuple[RouteMatch, ...], numbers: list[int], by: dict[int, int]
) -> Iterator[UnreachableRule]:
    """Walk what is dead of one rule: its matches, or once the whole."""
    dead = [number for number in numbers if number in by]
    whole = dead == numbers
    for number in dead[:1] if whole else dead:
        extent = Extent.RULE if whole else Extent.MATCH
        yield UnreachableRule(several[number], several[by[number]], extent)


def _belong_together(rule: HttpRule, other: HttpRule) -> bool:
    """Are they one rule, or two of one delegate, which are compared where it is written?"""
    return rule is other or (rule.root is other.root and rule.action is not rule.root)
