"""VirtualServices of one gateway host that take each other's requests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from meshctl.mesh.gateways.shared_virtual_hosts import (
    HostOrder,
    SharedVirtualHost,
    SharedVirtualHosts,
)
from meshctl.mesh.matching.request_match import Witness, covers, intersect
from meshctl.mesh.traffic.route_matches import RouteMatch, is_segment_leak, may_meet
from meshctl.resources import VirtualService
from meshctl.resources.resource import UNKNOWN_NAMESPACE

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
    orders: Sequence[HostOrder]
    """The order of the host's VirtualServices in every route configuration."""

    @property
    def turned_in(self) -> HostOrder | None:
        """The route configuration where the VirtualService of the second comes first."""
        virtual_service, other = self.first.service, self.second.service
        for order in self.orders:
            positions = order.positions
            if (
                virtual_service in positions
                and other in positions
                and positions[other] < positions[virtual_service]
            ):
                return order
        return None

    @property
    def free_in(self) -> HostOrder | None:
        """The route configuration where the second meets nothing of the other VirtualService."""
        virtual_service, other = self.first.service, self.second.service
        for order in self.orders:
            if other in order.positions and virtual_service not in order.positions:
                return order
        return None

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

    def __init__(self, hosts: SharedVirtualHosts) -> None:
        self._overlaps: dict[VirtualService, dict[VirtualService, RouteOverlap]] = {}
        self._defaults: dict[VirtualService, RouteOverlap] = {}
        self.unfinished: dict[VirtualService, str] = {}
        """VirtualServices whose host has more pairs than are compared, with that host."""
        self._orders = hosts.orders
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
            if not _may_be_one(first.service, second.service) and not self._is_filed(
                host.host, first, second
            ):
                found = self._compare(host, first, second)
                if found is not None:
                    self._overlaps.setdefault(second.service, {})[first.service] = found

    def _is_filed(self, host: str, first: RouteMatch, second: RouteMatch) -> bool:
        """Is a collision of the two VirtualServices known, or the other way around for the host?"""
        turned = self._overlaps.get(first.service, {}).get(second.service)
        return first.service in self._overlaps.get(second.service, {}) or (
            turned is not None and turned.host.host == host
        )

    def _add_defaults(self, host: SharedVirtualHost) -> None:
        defaults = [match for match in host.alternatives if match.is_catch_all]
        for second in defaults[1:]:
            first = defaults[0]
            known = self._defaults.get(first.service)
            is_turned = (
                known is not None
                and known.first.service is second.service
                and known.host.host == host.host
            )
            if (
                not _may_be_one(first.service, second.service)
                and second.service not in self._defaults
                and not is_turned
            ):
                found = self._compare(host, first, second)
                if found is not None:
                    self._defaults[second.service] = found

    def _compare(
        self, host: SharedVirtualHost, first: RouteMatch, second: RouteMatch
    ) -> RouteOverlap | None:
        """Compare two matches; two documents of one object are never both in the mesh."""
        if first.service.key_name == second.service.key_name or first.does_the_same(second):
            return None
        witness = intersect(first.request, second.request)
        if not isinstance(witness, Witness):
            return None
        is_known = host.order_is_known(first, second)
        orders = self._orders.get((host.host, second.is_catch_all), ())
        return RouteOverlap(host, first, second, witness, is_known, orders)


def _may_be_one(first: VirtualService, second: VirtualService) -> bool:
    """Is it one VirtualService, or may it be, as nobody names the namespace of one of them?"""
    homes = {first.namespace, second.namespace}
    return first is second or (first.name == second.name and UNKNOWN_NAMESPACE in homes)
