"""The matches of http rules, and pairs whose paths could suit one request.

Comparing matches in full is dear, so pairs are chosen first: two matches can only meet where the
path of one starts with all that is certain of the other's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from meshctl.masking.answers import said
from meshctl.mesh.matching.outline import certain_start
from meshctl.mesh.matching.request_match import RequestMatch, is_catch_all
from meshctl.mesh.matching.request_part import PATH
from meshctl.mesh.matching.string_match import StringMatch, find_text
from meshctl.mesh.traffic.delegates import HttpRule, RuleMatch, gateways_of, own_rule
from meshctl.mesh.traffic.routes import EffectiveRoute, Routes, requested
from meshctl.resources import Ref, VirtualService
from meshctl.resources.cached_property import cached_property

Key = tuple[HttpRule, RuleMatch | None]


@dataclass(frozen=True, eq=False)
class RouteMatch:
    """One match of an http rule as a set of requests; a rule without a match takes all."""

    service: VirtualService
    rule: HttpRule
    match: RuleMatch | None
    request: RequestMatch

    @cached_property
    def is_catch_all(self) -> bool:
        """Does istiod write no route of the VirtualService after it?"""
        return is_catch_all(self.request)

    @cached_property
    def sample(self) -> str | None:
        """A path that it takes; ``None`` if there is none, or none can be told."""
        path = self.request.path
        if path.kind in ("exact", "prefix"):
            return path.value
        found = find_text((path,), (), PATH)
        return found if isinstance(found, str) else None

    @property
    def place(self) -> Ref:
        """Where it is written: the match, or the rule when it has none or only this one."""
        if self.match is None or len(self.rule.matches) == 1:
            return self.rule.action.at()
        return self.match.written[-1].at()

    @property
    def title(self) -> str:
        """How messages name it: ``prefix '/api'``, ``every path with method exact 'POST'``."""
        return self._title(with_values=False)

    @property
    def full_title(self) -> str:
        """The same with what each header and query parameter has to be."""
        return self._title(with_values=True)

    def _title(self, *, with_values: bool) -> str:
        request = self.request
        path = request.path
        text = "every path" if path.kind == "any" or self.is_catch_all else str(path)
        asked = [
            f"{name} {string_match}"
            for name, string_match in (("method", request.method), ("authority", request.authority))
            if string_match is not None
        ]
        asked += [
            f"{what} {name}"
            + (
                f" {said(name, str(string_match))}"
                if with_values and string_match.kind != "any"
                else ""
            )
            for what, texts in (
                ("header", request.headers),
                ("no header", request.without_headers),
                ("query", request.query_params),
            )
            for name, string_match in texts.items()
        ]
        return f"{text} with {', '.join(asked)}" if asked else text

    def at(self, gateway: str, *, any_port: bool) -> "RouteMatch":
        """Read it for one gateway, and (``any_port``) for the one port it was chosen for."""
        port = None if any_port else self.request.port
        request = self.request._replace(gateways=frozenset({gateway}), port=port)
        return replace(self, request=request)

    def does_the_same(self, other: "RouteMatch") -> bool:
        """Do both lead to the same result, so that it doesn't matter which one is taken?

        Short names mean other hosts in other namespaces, so those are never the same.
        """
        if self.rule.action.resource.namespace != other.rule.action.resource.namespace:
            return False
        ours, theirs = _effect(self.rule), _effect(other.rule)
        return ours is not None and ours == theirs


class RouteMatches:
    """The matches of the http rules of every VirtualService, read when first asked."""

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._found: dict[VirtualService, dict[Key, RouteMatch]] = {}

    def of(self, service: VirtualService) -> tuple[RouteMatch, ...]:
        """List those of a VirtualService in order, but not those that no gateway of it reads.

        A delegate is read as if it were bound to the mesh: what it inherits from a root is the
        same for all its rules.
        """
        return tuple(self._of(service).values())

    def find(self, route: EffectiveRoute) -> RouteMatch | None:
        """Find what an Envoy route was made of."""
        return self._of(route.virtual_service).get((route.rule, route.match))

    def _of(self, service: VirtualService) -> dict[Key, RouteMatch]:
        if service not in self._found:
            if any(route.has("delegate") for route in service.http):
                self._found[service] = dict(_read(service, self._routes.delegates.rules(service)))
            else:
                self._found[service] = service.once(_read_own)
        return self._found[service]


def _read_own(service: VirtualService) -> dict[Key, RouteMatch]:
    """Read the matches of a VirtualService that delegates nothing."""
    return dict(_read(service, [route.once(own_rule) for route in service.http]))


def _read(service: VirtualService, rules: Iterable[HttpRule]) -> Iterator[tuple[Key, RouteMatch]]:
    gateways = frozenset(service.once(gateways_of))
    for rule in rules:
        for match in rule.matches or (None,):
            at = gateways
            if match is not None and match.match.gateways:
                at = gateways & frozenset(match.match.gateways)
            if at:
                request = requested(match)._replace(gateways=at)
                yield (rule, match), RouteMatch(service, rule, match, request)


def may_meet(several: Sequence[RouteMatch]) -> Iterator[tuple[int, int]]:
    """Walk the pairs (by index, the smaller first) whose paths may have a text in common.

    Costs a sort and one step for each pair that it gives.
    """
    starts = sorted(
        (certain_start(match.request.path).lower(), match.request.path.kind == "exact", index)
        for index, match in enumerate(several)
    )
    for place, (start, is_exact, index) in enumerate(starts):
        for following in range(place + 1, len(starts)):
            other_start, _, other = starts[following]
            meets = other_start == start if is_exact else other_start.startswith(start)
            if not meets:
                break
            yield min(index, other), max(index, other)


def is_segment_leak(wide: StringMatch, narrow: StringMatch) -> bool:
    """Does a prefix take a path only because it ends amid a segment (``/foo``, ``/foobar``)?"""
    if (wide.kind, narrow.kind) not in (("prefix", "prefix"), ("prefix", "exact")):
        return False
    following = narrow.value.removeprefix(wide.value)[:1]
    return (
        narrow.value.startswith(wide.value)
        and wide.value[-1:].isalnum()
        and following not in ("", "/")
    )


def _effect(rule: HttpRule) -> tuple[object, ...] | None:
    """What a rule does with a request; ``None`` where that depends on the match itself."""
    effect = []
    for route in rule.written:
        if route.child("rewrite").has("uri") or route.has("redirect"):
            return None
        effect.append({k: v for k, v in route.data.items() if k not in ("match", "name")})
    return tuple(effect)
