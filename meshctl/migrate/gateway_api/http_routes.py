"""Converts http rules of VirtualServices to HTTPRoutes, those that share their hosts together."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from meshctl.mesh.matching.request_match import RequestMatch, from_istio
from meshctl.mesh.matching.string_match import segment_prefix
from meshctl.mesh.traffic.delegates import MESH, HttpRule
from meshctl.migrate.drafts import Draft
from meshctl.migrate.gateway_api import filters
from meshctl.migrate.gateway_api.asked import Alternative, Asked, CantSayError, read
from meshctl.migrate.gateway_api.backends import Backends, Needs
from meshctl.migrate.gateway_api.order import Ordered, in_any_order
from meshctl.resources import Destination, View, VirtualService

_MOST_RULES = 16
_MOST_MATCHES = 64
_MOST_IN_ALL = 128
_MOST_PARENTS = 32
_ANY = RequestMatch()


class Point(NamedTuple):
    """Where routes attach: the reference, the Gateway or ``mesh``, the port (0: any) and host."""

    reference: Mapping[str, Any]
    gateway: str
    port: int
    host: str = ""
    """The one host that it is for, in the mesh."""


class Candidate(NamedTuple):
    """A route that will be written if its VirtualService goes."""

    kind: str
    spec: Mapping[str, Any]
    namespace: str
    suffix: str = ""


@dataclass(eq=False)
class ServicePlan:
    """What becomes of a VirtualService."""

    service: VirtualService
    draft: Draft
    points: list[Point] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    needs: Needs = field(default_factory=Needs)
    stays: bool = False


class _Action(NamedTuple):
    """What one rule of one VirtualService does."""

    plan: ServicePlan
    rule: HttpRule


class HttpUnit:
    """VirtualServices with the same hosts and gateways: their rules are in one order."""

    def __init__(
        self, plans: Sequence[ServicePlan], rules: Mapping[VirtualService, Sequence[HttpRule]],
        backends: Backends, *, is_strict: bool = False,
    ) -> None:  # fmt: skip
        self._plans, self._backends, self._is_strict = plans, backends, is_strict
        self._actions = [_Action(plan, rule) for plan in plans for rule in rules[plan.service]]
        if len(plans) > 1:  # those of one host that take everything are tried last
            self._actions.sort(key=lambda action: not action.rule.matches)

    def convert(self) -> None:
        """Make candidates for all of them; raises CantSayError where one has nothing like it."""
        groups: list[tuple[list[Alternative], list[Point]]] = []
        for point in self._plans[0].points:
            found = [*self._at(point)]
            known = next((points for several, points in groups if several == found), None)
            if known is None:
                groups.append((found, [point]))
            else:
                known.append(point)
        number = 0
        for several, points in groups:
            ordered = self._ordered(several)
            self._tell(ordered, several)
            for part in _by_mesh(points):
                number += 1
                for plan in self._plans:
                    self._routes(plan, part, ordered, f"-{number}" if number > 1 else "")

    def _ordered(self, several: list[Alternative]) -> Ordered:
        """Order matches; prefixes become regular expressions where nothing else says the order."""
        patterns = [alternative.as_pattern for alternative in several]
        is_loose = any(_is_loose(alternative) for alternative in several)
        if not (self._is_strict and is_loose):
            try:
                return in_any_order(several)
            except CantSayError:
                if patterns == several:
                    raise
        found = in_any_order(patterns)
        several[:] = patterns
        self._plans[0].draft.exact(
            "prefixes are written as regular expressions, which take the same and keep the order"
        )
        return found

    def _at(self, point: Point) -> Iterator[Alternative]:
        """Walk the matches that count at one place."""
        for number, action in enumerate(self._actions):
            views: list[View | None] = [match.match for match in action.rule.matches] or [None]
            found: list[Alternative] = []
            for view in views:
                if view is not None and not _applies(view, point):
                    continue
                found += self._alternatives(view, number, point)
            rewrites = action.rule.saying("rewrite").child("rewrite")
            yield from found if rewrites.has("uri") else _whole_elements(found)

    def _alternatives(self, view: View | None, number: int, point: Point) -> Iterator[Alternative]:
        written = _ANY if view is None else from_istio(view.data, frozenset({MESH}))
        written = written._replace(gateways=frozenset({MESH}), port=None, authority=None)
        if view is not None and view.has("authority"):
            self._check_authority(view, point)
        for asked in read(view):
            method = asked.requests.method
            yield Alternative(written._replace(method=method), asked, number)

    def _check_authority(self, view: View, point: Point) -> None:
        """Take an authority that is the only host anyway for no condition."""
        hosts = {point.host} if point.host else set(self._plans[0].service.hosts)
        exact = view.child("authority").text("exact")
        if hosts != {exact}:
            raise CantSayError("a match by authority has nothing like it in an HTTPRoute",
                               "write a VirtualService for that host alone")  # fmt: skip

    def _tell(self, ordered: Ordered, before: Iterable[Alternative]) -> None:
        draft = self._plans[0].draft
        if ordered.added:
            draft.exact(
                f"{ordered.added} more matches keep the order, since HTTPRoutes are tried by how "
                "specific they are"
            )
        for number in sorted(ordered.dead):
            action = self._actions[number]
            action.plan.draft.exact("an earlier rule takes all of these requests, so that this one "
                                    "did nothing", action.rule.root.at())  # fmt: skip
        for alternative in before:
            if _is_loose(alternative):
                _tell_prefix(self._actions[alternative.action], alternative.asked)

    def _routes(
        self, plan: ServicePlan, points: Sequence[Point], ordered: Ordered, suffix: str
    ) -> None:
        rules = [*self._rules(plan, ordered, points)]
        if not rules:
            return
        parents = [dict(point.reference) for point in points]
        names = [_full(plan, host, self._backends) for host in plan.service.hosts if host != "*"]
        has_names = points[0].gateway != MESH and len(names) == len(plan.service.hosts)
        parts = [
            {"parentRefs": parents[p : p + _MOST_PARENTS],
             **({"hostnames": names[n : n + _MOST_RULES]} if has_names else {}), "rules": chunk}
            for p in range(0, len(parents), _MOST_PARENTS)
            for n in range(0, len(names) if has_names else 1, _MOST_RULES)
            for chunk in _chunks(rules)
        ]  # fmt: skip
        for number, spec in enumerate(parts, start=1):
            part = f"-{number:02}" if len(parts) > 1 else ""
            plan.candidates.append(
                Candidate("HTTPRoute", spec, plan.service.namespace, f"{suffix}{part}")
            )

    def _rules(
        self, plan: ServicePlan, ordered: Ordered, points: Sequence[Point]
    ) -> Iterator[dict[str, Any]]:
        of: dict[int, list[Alternative]] = {}
        for alternative in ordered.alternatives:
            of.setdefault(alternative.action, []).append(alternative)
        for number, several in of.items():
            action = self._actions[number]
            if action.plan is plan:
                yield from self._rule(action, several, points)

    def _rule(
        self, action: _Action, several: Sequence[Alternative], points: Sequence[Point]
    ) -> Iterator[dict[str, Any]]:
        """Write a rule; one for each match where a rewrite depends on it."""
        plan, rule = action
        rewrites = rule.saying("rewrite").child("rewrite").has("uri")
        if rewrites and any(alternative.is_pattern_for_prefix for alternative in several):
            raise CantSayError(
                "a prefix that is rewritten can't be a regular expression, which the order asks for",
                "write matches that don't overlap",
            )
        step = 1 if rewrites else _MOST_MATCHES
        asked = [alternative.asked for alternative in several]
        for start in range(0, len(asked), step):
            part = asked[start : start + step]
            written = RuleWriter(plan, rule, self._backends, points).write(part[0])
            yield {"matches": [match.form() for match in part], **written}


class RuleWriter:
    """Writes what a rule does."""

    def __init__(
        self, plan: ServicePlan, rule: HttpRule, backends: Backends, points: Sequence[Point]
    ) -> None:
        self._plan, self._rule, self._backends = plan, rule, backends
        self._points = points
        self._in_mesh = points[0].gateway == MESH

    def write(self, asked: Asked) -> dict[str, Any]:
        """Write its fields besides the matches; raises CantSayError."""
        rule, draft = self._rule, self._plan.draft
        for view in (rule.root, rule.action):
            for key in view.names():
                if key in filters.IMPOSSIBLE and not (
                    key == "delegate" and view is not rule.action
                ):
                    raise CantSayError(f"{key} has nothing like it in an HTTPRoute",
                                       filters.IMPOSSIBLE[key])  # fmt: skip
                if key not in filters.HANDLED:
                    raise CantSayError(f"{key} has nothing like it in an HTTPRoute",
                                       "keep the VirtualService")  # fmt: skip
        found: dict[str, Any] = {}
        several = [*self._filters(asked)]
        if several:
            found["filters"] = several
        found |= filters.timeouts_and_retries(rule, draft)
        action = rule.action
        if action.has("directResponse"):
            response = action.child("directResponse")
            if response.number("status") != 500 or response.has("body"):  # noqa: PLR2004 - HTTP
                raise CantSayError("directResponse has nothing like it in an HTTPRoute",
                                   "let a Service answer, or keep the VirtualService")  # fmt: skip
        elif not action.has("redirect"):
            found["backendRefs"] = [*self._backend_refs()]
        return found

    def _filters(self, asked: Asked) -> Iterator[dict[str, Any]]:
        rule, draft = self._rule, self._plan.draft
        yield from filters.header_filters(rule.saying("headers").child("headers"))
        rewrite = rule.saying("rewrite").child("rewrite")
        if rewrite.data:
            yield filters.rewrite_filter(rewrite, asked, draft)
        if rule.action.has("redirect"):
            ports = frozenset(point.port for point in self._points)
            yield filters.redirect_filter(rule.action.child("redirect"), draft, ports)
        cors = rule.saying("corsPolicy").child("corsPolicy")
        if cors.data:
            yield filters.cors_filter(cors, draft)
        yield from self._mirrors()

    def _mirrors(self) -> Iterator[dict[str, Any]]:
        source = self._rule.saying("mirror")
        if source.has("mirror"):
            to = Destination(source.resource, (*source.path, "mirror"), source.data["mirror"])
            yield self._mirror(to, source.data.get("mirrorPercentage"))
        source = self._rule.saying("mirrors")
        for index, data in source.items("mirrors"):
            path = (*source.path, "mirrors", index, "destination")
            yield self._mirror(Destination(source.resource, path, data.get("destination")),
                               data.get("percentage"))  # fmt: skip

    def _mirror(self, to: Destination, percentage: Any) -> dict[str, Any]:
        mirror = {"backendRef": self._reference(to), **filters.mirror_percent(percentage)}
        return {"type": "RequestMirror", "requestMirror": mirror}

    def _backend_refs(self) -> Iterator[dict[str, Any]]:
        entries = self._rule.action.routes
        if len(entries) > _MOST_RULES:
            raise CantSayError(f"a rule has at most {_MOST_RULES} backends", "split it")
        for entry in entries:
            found = self._reference(entry.destination)
            if len(entries) > 1:
                found["weight"] = entry.weight or 0
            own = [*filters.header_filters(entry.child("headers"))]
            if own:
                found["filters"] = own
            yield found

    def _reference(self, to: Destination) -> dict[str, Any]:
        plan = self._plan
        return self._backends.reference(
            to, "HTTPRoute", plan.draft, plan.needs, in_mesh=self._in_mesh
        )


def _chunks(rules: Sequence[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """Part rules into as many as one route may have, with as many matches."""
    chunk: list[Mapping[str, Any]] = []
    matches = 0
    for rule in rules:
        count = len(rule["matches"])
        if len(chunk) == _MOST_RULES or (chunk and matches + count > _MOST_IN_ALL):
            yield chunk
            chunk, matches = [], 0
        chunk.append(rule)
        matches += count
    if chunk:
        yield chunk


def _by_mesh(points: Sequence[Point]) -> Iterator[list[Point]]:
    """Part places in the mesh from gateways, whose routes have host names."""
    for is_mesh in (False, True):
        found = [point for point in points if (point.gateway == MESH) is is_mesh]
        if found:
            yield found


def _applies(match: View, point: Point) -> bool:
    """Does a match count at a place, by its gateways and port?"""
    named = match.texts("gateways")
    port = match.number("port")
    return (not named or point.gateway in named) and (not port or point.port in {0, port})


def _whole_elements(several: Sequence[Alternative]) -> Iterator[Alternative]:
    """Write exact ``/foo`` with prefix ``/foo/`` as one prefix ``/foo``, which takes just these."""
    exact = {alternative.asked._replace(kind="", path=alternative.asked.path): alternative
             for alternative in several if alternative.asked.kind == "exact"}  # fmt: skip
    joined: set[Asked] = set()
    for alternative in several:
        bare = alternative.asked.path.removesuffix("/")
        if alternative.asked.kind == "prefix" and bare and bare != alternative.asked.path:
            other = exact.get(alternative.asked._replace(kind="", path=bare))
            if other is not None:
                joined.add(other.asked)
    for alternative in several:
        bare = alternative.asked.path.removesuffix("/")
        if alternative.asked in joined:
            continue
        if (
            alternative.asked.kind == "prefix"
            and alternative.asked._replace(kind="exact", path=bare) in joined
        ):
            written = alternative.written._replace(path=segment_prefix(bare))
            yield Alternative(written, alternative.asked._replace(path=bare), alternative.action)
        else:
            yield alternative


def _is_loose(alternative: Alternative) -> bool:
    """Takes a PathPrefix something else than the prefix did?"""
    asked = alternative.asked
    return (
        asked.kind == "prefix" and asked.path != "/" and alternative.written.path.kind == "prefix"
    )


def _tell_prefix(action: _Action, asked: Asked) -> None:
    path = asked.path
    text = (
        f"prefix {path} takes {path.rstrip('/')} as well, as a PathPrefix has no slash at its end"
        if path.endswith("/")
        else f"prefix {path} took {path}x as well, and a PathPrefix takes whole elements: {path} and "
        f"{path}/x"
    )
    place = next((match.match.at("uri") for match in action.rule.matches
                  if match.match.child("uri").text("prefix") == path), None)  # fmt: skip
    action.plan.draft.near(text, place)


def _full(plan: ServicePlan, host: str, backends: Backends) -> str:
    return backends.full_name(host, plan.service.namespace).lower()
