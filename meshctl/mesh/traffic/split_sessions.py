"""Routes that take their requests past consistent hashing, since they part them by weight first.

A hash chooses a pod within one cluster: a host, or one subset of it. The cluster itself is chosen for each
request by a random number (``weighted_clusters`` of config.route.v3, applyConsistentHash in
pilot/pkg/networking/core/cluster_traffic_policy.go, Istio 1.31), so requests of one client go to all of them.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from meshctl.mesh.traffic.destination_rules import DestinationRules
from meshctl.mesh.traffic.destinations import Destinations
from meshctl.resources import DestinationRule, Route, View, VirtualService
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import Path

_HASHES = ("httpCookie", "httpHeaderName", "httpQueryParameterName", "useSourceIp")


class SplitSession(NamedTuple):
    """A hash by which clients are to stay at one pod, its key, and a route that parts them.

    ``subsets`` are those of the host that get a share, ``others`` the other hosts, as they are written.
    """

    hashed: View
    key: str
    route: Route
    subsets: tuple[str, ...]
    others: tuple[str, ...]


class SplitSessions:
    """Hashes and routes that don't go together, by DestinationRule."""

    def __init__(self, rules: DestinationRules, destinations: Destinations) -> None:
        self._rules = rules
        self._destinations = destinations

    def of(self, rule: DestinationRule) -> Iterator[SplitSession]:
        """Walk the hashes of a rule, each with the first route that parts requests by weight."""
        hashes = _Hashes(rule)
        if not hashes.any:
            return
        told = set()
        for route, subsets, others in self._parted(self._rules.host_of(rule)):
            for subset in subsets:
                found = hashes.of(subset)
                if found is not None and found[0].path not in told:
                    told.add(found[0].path)
                    yield SplitSession(*found, route, subsets, others)

    def _parted(self, host: str) -> Iterator[tuple[Route, tuple[str, ...], tuple[str, ...]]]:
        """Walk the http routes that send shares to several subsets of a host, or to others beside it."""
        shares: dict[tuple[VirtualService, Path], set[Path]] = {}
        for destination in self._destinations.to(host):
            service, path = destination.resource, destination.path
            is_http = (path[1:2], path[3:4]) == (("http",), ("route",))
            if isinstance(service, VirtualService) and is_http:
                shares.setdefault((service, path[:3]), set()).add(path)
        routes: dict[VirtualService, dict[Path, Route]] = {}
        for (service, path), own in shares.items():
            if service not in routes:
                routes[service] = {one.path: one for one in service.http}
            route = routes[service][path]
            weighted = [each.destination for each in route.routes if each.weight]
            subsets = dict.fromkeys(one.subset for one in weighted if one.path in own)
            others = dict.fromkeys(one.host for one in weighted if one.path not in own)
            if subsets and len(subsets) + len(others) > 1:
                yield route, tuple(subsets), tuple(others)


class _Hashes:
    """The hashes of one rule by subset."""

    def __init__(self, rule: DestinationRule) -> None:
        self._rule = rule

    @cached_property
    def any(self) -> bool:
        """Does the rule hash at all?"""
        return bool(self._of_host) or bool(self._of_subsets)

    def of(self, subset: str) -> tuple[View, str] | None:
        """Find the hash that holds for a subset: its own load balancer, or that of the host."""
        return self._of_subsets.get(subset, self._of_host)

    @cached_property
    def _of_host(self) -> tuple[View, str] | None:
        return _hash(self._rule.policy)

    @cached_property
    def _of_subsets(self) -> Mapping[str, tuple[View, str] | None]:
        return {
            subset.name: _hash(subset.policy)
            for subset in self._rule.subsets
            if subset.policy.has("loadBalancer")
        }


def _hash(policy: View) -> tuple[View, str] | None:
    hashed = policy.child("loadBalancer", "consistentHash")
    key = next((one for one in _HASHES if hashed.has(one)), None)
    return (hashed, key) if key is not None else None
