"""Settings of rules of VirtualServices that nothing reads because of others.

Mirrors TranslateRoute (pilot/pkg/networking/core/route/route.go) and mergeHTTPRoute (pilot/pkg/model/
virtualservice.go), Istio 1.31: a redirect or an answer of the proxy itself sends requests nowhere, and a delegate's
own settings take the place of its root's.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.traffic.delegates import HttpRule
from meshctl.resources import Ref, Route, VirtualService

_ANSWERS = ("redirect", "directResponse")
_FOR_SENT = ("timeout", "retries", "mirror", "mirrors")
"""Settings for requests that are sent on; the webhook refuses ``rewrite`` and ``fault`` beside others."""
_PERCENTAGES = ("mirrorPercentage", "mirrorPercent", "mirror_percent")
_INHERITED = ("rewrite", "timeout", "retries", "fault", "corsPolicy", "mirror", "mirrors")


class UnreadSetting(NamedTuple):
    """A setting that changes nothing, why, and the other one that is in its way."""

    place: Ref
    why: str
    other: Ref | None = None


class UnreadSettings:
    """Answers for VirtualServices."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def of(self, service: VirtualService) -> Iterator[UnreadSetting]:
        """Walk the settings of the rules of a VirtualService."""
        for route in service.http:
            yield from _beside_answer(route)
            is_alone = bool(service.hosts) and not route.has("delegate")
            if is_alone and not route.has("mirror"):
                for key in _PERCENTAGES:
                    if route.has(key):
                        yield UnreadSetting(route.key(key), "the rule has no mirror")
        if service.hosts and any(route.has("delegate") for route in service.http):
            yield from self._replaced(service)

    def _replaced(self, service: VirtualService) -> Iterator[UnreadSetting]:
        """Walk the settings of roots that all rules of their delegate have for themselves."""
        merged: dict[Route, list[HttpRule]] = {}
        for rule in self._parts.traffic.routes.delegates.rules(service):
            if rule.root is not rule.action:
                merged.setdefault(rule.root, []).append(rule)
        for root, rules in merged.items():
            first = rules[0].action
            for key in _INHERITED:
                if root.has(key) and not any(_takes_over(rule.action, key) for rule in rules):
                    why = f"each rule of {first.resource.title} has its own, or sends nothing on"
                    yield UnreadSetting(root.key(key), why, first.at())
            if all(_answer_of(rule.action) for rule in rules):
                why = f"no rule of {first.resource.title} sends requests on"
                yield from _of_requests(root, UnreadSetting(root.at(), why, first.at()))


def _takes_over(route: Route, key: str) -> bool:
    """Does a rule of a delegate use what its root says?"""
    is_idle = bool(_answer_of(route)) and key in {*_FOR_SENT, "rewrite"}
    return not route.has(key) and not is_idle


def _answer_of(route: Route) -> str:
    return next((key for key in _ANSWERS if route.has(key)), "")


def _of_requests(route: Route, unread: UnreadSetting) -> Iterator[UnreadSetting]:
    headers = route.child("headers")
    if headers.child("request").data:
        yield unread._replace(place=headers.key("request"))


def _beside_answer(route: Route) -> Iterator[UnreadSetting]:
    answer = _answer_of(route)
    if answer:
        unread = UnreadSetting(
            route.at(), f"requests are sent nowhere beside {answer}", route.key(answer)
        )
        for key in _FOR_SENT:
            if route.has(key):
                yield unread._replace(place=route.key(key))
        yield from _of_requests(route, unread)
