"""The tcp and tls rules that get no filter chain, since an earlier one has the same match.

For one listener a chain is made for each match in order, and one with the SNI, addresses and port
of an earlier one is left out (buildSidecarOutboundTCPTLSFilterChainOpts,
pilot/pkg/networking/core/tls.go; a gateway keeps the first tcp rule alone: gateway.go), Istio 1.31.
"""

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from meshctl.mesh.traffic.delegates import resolved
from meshctl.resources import Match, Route, View, VirtualService

_Where = frozenset[tuple[str, object]]


class RepeatedMatch(NamedTuple):
    """A match, or a rule without any, that an earlier rule has already taken."""

    view: View
    first: View


def repeated(service: VirtualService) -> Iterator[RepeatedMatch]:
    """Walk the tcp and tls matches of a VirtualService that get nothing, in order."""
    yield from _repeated(service.tcp)
    yield from _repeated(service.tls)


def _repeated(routes: Sequence[Route]) -> Iterator[RepeatedMatch]:
    taken = _Taken()
    for route in routes:
        for match in route.matches or (None,):
            view = route if match is None else match
            where, names = _where(match), _names(match, route.kind)
            first = taken.before(where, names, route)
            if first is not None:
                yield RepeatedMatch(view, first)
            taken.add(_Earlier(where, names, view, route))


class _Earlier(NamedTuple):
    where: _Where
    names: frozenset[str]
    view: View
    of: Route


class _Taken:
    """Matches in order, filed by the names that they ask for and by the rarest of their conditions.

    A match that takes all of a later one has none but conditions of that one.
    """

    def __init__(self) -> None:
        self._filed: dict[tuple[frozenset[str], object], list[tuple[int, _Earlier]]] = {}
        self._rules: dict[tuple[_Where, frozenset[str]], list[Route]] = {}
        self._count = 0

    def add(self, earlier: _Earlier) -> None:
        """File a match behind all others; of equal ones the first of two rules are enough."""
        rules = self._rules.setdefault((earlier.where, earlier.names), [])
        if len(rules) > 1 or earlier.of in rules:
            return
        rules.append(earlier.of)
        keys = [(earlier.names, condition) for condition in earlier.where or (None,)]
        key = min(keys, key=lambda one: len(self._filed.get(one, ())))
        self._filed.setdefault(key, []).append((self._count, earlier))
        self._count += 1

    def before(self, where: _Where, names: frozenset[str], route: Route) -> View | None:
        """Find the first match of another rule that has already taken one."""
        found = (self._first((names, key), where, route) for key in (None, *where))
        first = min((one for one in found if one is not None), default=None, key=itemgetter(0))
        return first[1].view if first is not None else None

    def _first(
        self, key: tuple[frozenset[str], object], where: _Where, route: Route
    ) -> tuple[int, _Earlier] | None:
        for one in self._filed.get(key, ()):
            if one[1].of is not route and one[1].where <= where:
                return one
        return None


def _names(match: Match | None, kind: str) -> frozenset[str]:
    """Collect the SNI names of a tls match; none for tcp."""
    return (
        frozenset(match.texts("sniHosts")) if match is not None and kind == "tls" else frozenset()
    )


def _where(match: Match | None) -> _Where:
    """Collect the other conditions: an earlier match with fewer of them takes all of a later's."""
    if match is None:
        return frozenset()
    asked: set[tuple[str, object]] = set()
    if match.port:
        asked.add(("port", match.port))
    for key in ("destinationSubnets", "sourceSubnet", "sourceNamespace"):
        if match.has(key):
            asked.add((key, str(match.data[key])))
    asked.update(("label", pair) for pair in match.labels_of("sourceLabels").items())
    gateways = resolved(match).gateways
    if gateways:
        asked.add(("gateways", frozenset(gateways)))
    return frozenset(asked)
