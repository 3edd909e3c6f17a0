"""The alternatives of a VirtualService's http rules, found by the listener that they are for.

A match that names a port or gateways makes routes there alone (sourceMatchHTTP,
pilot/pkg/networking/core/route/route.go, Istio 1.31). One VirtualService may have thousands of them,
each for a listener of its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from operator import itemgetter

from meshctl.mesh.traffic.delegates import HttpRule, RuleMatch
from meshctl.resources import VirtualService

_Alternative = tuple[int, HttpRule, RuleMatch | None]
"""The place in the order of all, the rule, and its match; a rule without any takes everything."""


class RuleAlternatives:
    """The alternatives of one VirtualService."""

    def __init__(self, rules: Sequence[HttpRule]) -> None:
        self._filed: dict[tuple[str, int], list[_Alternative]] = {}
        alternatives = ((rule, match) for rule in rules for match in rule.matches or (None,))
        for place, (rule, match) in enumerate(alternatives):
            port = (match.match.port or 0) if match is not None else 0
            named = match.match.gateways if match is not None else ()
            for gateway in dict.fromkeys(named or ("",)):
                self._filed.setdefault((gateway, port), []).append((place, rule, match))

    def at(self, gateway: str, port: int) -> Iterator[tuple[HttpRule, RuleMatch | None]]:
        """Walk those that may be for a port of a Gateway (or ``mesh``), in the order of the rules."""
        keys = ("", 0), ("", port), (gateway, 0), (gateway, port)
        several = [self._filed[key] for key in dict.fromkeys(keys) if key in self._filed]
        found = several[0] if len(several) == 1 else merge(*several, key=itemgetter(0))
        for _, rule, match in found:
            yield rule, match

    @property
    def ports(self) -> frozenset[int]:
        """The ports that they are for; 0 among them stands for any."""
        return frozenset(port for _, port in self._filed)


class ServicesByPort:
    """The VirtualServices of one host by the ports that their http rules are for, in their order."""

    def __init__(self, services: Iterable[tuple[VirtualService, RuleAlternatives]]) -> None:
        self._filed: dict[int, list[tuple[int, VirtualService]]] = {}
        for place, (service, alternatives) in enumerate(services):
            for port in alternatives.ports:
                self._filed.setdefault(port, []).append((place, service))

    def at(self, port: int) -> Iterator[VirtualService]:
        """Walk those that may have routes on a port."""
        several = [self._filed.get(one, ()) for one in dict.fromkeys((0, port))]
        walked: VirtualService | None = None
        for _, service in merge(*several, key=itemgetter(0)):
            if service is not walked:  # it has rules for the port and for any
                yield service
            walked = service
