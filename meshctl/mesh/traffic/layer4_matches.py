"""The tcp and tls rules that get no filter chain, since an earlier one has the same match.

For one listener a chain is made for each match in order, and one with the SNI, addresses and port
of an earlier one is left out (buildSidecarOutboundTCPTLSFilterChainOpts,
pilot/pkg/networking/core/tls.go; a gateway keeps the first tcp rule alone: gateway.go), Istio 1.31.
"""

from collections.abc import Iterator, Sequence
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
    taken: list[tuple[_Where, frozenset[str], View, Route]] = []
    for route in routes:
        for match in route.matches or (None,):
            view = route if match is None else match
            where, names = _where(match), _names(match, route.kind)
            first = next(
                (
                    earlier
                    for earlier_where, earlier_names, earlier, of in taken
                    if of is not route and earlier_where <= where and earlier_names == names
                ),
                None,
            )
            if first is not None:
                yield RepeatedMatch(view, first)
            taken.append((where, names, view, route))


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
