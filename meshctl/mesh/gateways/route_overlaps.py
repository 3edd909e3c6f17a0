"""VirtualServices of one gateway host that take each other's requests."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from meshctl.mesh.gateways.shared_virtual_hosts import SharedVirtualHost
from meshctl.mesh.matching.request_match import Witness, covers, intersect
from meshctl.mesh.traffic.route_matches import RouteMatch, is_segment_leak, may_meet
from meshctl.resources import VirtualService

MOST_PAIRS = 20_000
"""Pairs of matches compared for one host: all of 200 on one path, or any number on their own."""


@dataclass(frozen=True, slots=True, eq=False)
class RouteOverlap:
    """Two matches of different VirtualServices that one request suits; ``first`` gets it.

    ``order_known`` is false where only the ages, which files don't carry, tell which is first.
    """

    host: SharedVirtualHost
    first: RouteMatch
    second: RouteMatch
    witness: Witness
    order_known: bool

    @property
    def second_is_dead(self) -> bool:
        """Does the first take all that the second could take?"""
        return bool(covers(self.first.request, self.second.request))

    @property
    def first_is_inside(self) -> bool:
        """Is the first the narrower one, so that both get what they ask for?"""
        return bool(covers(self.second.request, self.first.request))

    @property
    def leak(self) -> tuple[RouteMatch, RouteMatch] | None:
        """The prefix that takes the other's path only amid a segment, and that other."""
        for wide, narrow in ((self.first, self.second), (self.second, self.first)):
            if is_segment_leak(wide.request.path, narrow.request.path):
                return wide, narrow
        return None


class RouteOverlaps:
    """All collisions, found at once and filed under the VirtualService that comes second."""

    def __init__(self, hosts: Iterable[SharedVirtualHost]) -> None:
        self._overlaps: dict[VirtualService, dict[VirtualService, RouteOverlap]] = {}
        self._defaults: dict[VirtualService, RouteOverlap] = {}
        self.unfinished: dict[VirtualService, str] = {}
        """VirtualServices whose host has more pairs than are compared, with that host."""
        for host in hosts:
            self._add_overlaps(host)
            self._add_defaults(host)

    def overlaps(self, service: VirtualService) -> Iterator[RouteOverlap]:
        """Walk where others come before a VirtualService; for each of them the first place."""
        return iter(self._overlaps.get(service, {}).values())

    def unused_default(self, service: VirtualService) -> RouteOverlap | None:
        """Find what makes its match for every request useless: that of another comes first."""
        return self._defaults.get(service)

    def _add_overlaps(self, host: SharedVirtualHost) -> None:
        several = [match for match in host.alternatives if not match.is_catch_all]
        pairs = list(islice(may_meet(several), MOST_PAIRS + 1))
        if len(pairs) > MOST_PAIRS:
            self.unfinished.update((match.service, host.host) for match in several)
            return
        for number, other in sorted(pairs):
            first, second = several[number], several[other]
            filed = self._overlaps.get(second.service, {})
            if first.service is not second.service and first.service not in filed:
                found = _compare(host, first, second)
                if found is not None:
                    self._overlaps.setdefault(second.service, {})[first.service] = found

    def _add_defaults(self, host: SharedVirtualHost) -> None:
        defaults = [match for match in host.alternatives if match.is_catch_all]
        for second in defaults[1:]:
            first = defaults[0]
            if first.service is not second.service and second.service not in self._defaults:
                found = _compare(host, first, second)
                if found is not None:
                    self._defaults[second.service] = found


def _compare(host: SharedVirtualHost, first: RouteMatch, second: RouteMatch) -> RouteOverlap | None:
    """Compare two matches; two documents of one object are never both in the mesh."""
    if first.service.key_name == second.service.key_name or first.does_the_same(second):
        return None
    witness = intersect(first.request, second.request)
    if not isinstance(witness, Witness):
        return None
    return RouteOverlap(host, first, second, witness, host.order_is_known(first, second))
