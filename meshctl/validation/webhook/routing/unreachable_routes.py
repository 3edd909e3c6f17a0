"""Warns about routes of a VirtualService that are never reached.

Mirrors analyzeUnreachableHTTPRules and its siblings, pkg/config/validation/validation.go, Istio
1.31, which compare matches as they are written; a model of requests finds more, and not what is
wrong here (``virtual-service/…`` rules).
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import warn
from meshctl.words import quoted

_MAPS = ("headers", "queryParams", "withoutHeaders")
_MESSAGES = frozenset({"uri", "scheme", "method", "authority"})


class _Earlier(NamedTuple):
    """A match by prefix that stood before: its text, and what else it asks for."""

    match: View
    wishes: tuple[str, ...]


def check(resource: Resource) -> Iterator[Fault]:
    """Check the routes of one VirtualService."""
    for key in ("http", "tcp", "tls"):
        yield from check_reachable(views(resource.spec, key, View))


def check_reachable(routes: tuple[View, ...]) -> Iterator[Fault]:
    """Warn about the routes of one list that a route before them hides."""
    open_route: View | None = None
    seen: dict[str, str] = {}
    prefixes: dict[tuple[object, ...], dict[str, list[_Earlier]]] = {}
    for route in routes:
        matches = views(route, "match", View)
        if open_route is not None:
            yield warn(route.at(), f"{_name(open_route)} takes every request before this route")
            open_route = open_route if matches else route
            continue
        if not matches:
            open_route = route
            continue
        hidden = 0
        for match in matches:
            text = _written(match.data)
            if text in seen:
                hidden += 1
                yield warn(match.at(), f"{seen[text]} has the same match before this one")
                continue
            seen[text] = _name(route)
            yield from _check_prefix(match, prefixes)
        if hidden == len(matches):
            yield warn(route.at(), "routes before this one take every request that it matches")


def _name(route: View) -> str:
    name = route.text("name")
    return f"the route {quoted(name)}" if name else f"route #{route.path[-1]}"


def _written(match: Mapping[str, Any]) -> str:
    """Write a match so that two are equal if they ask for the same; its name asks for nothing."""
    kept = {
        key: value
        for key, value in match.items()
        if key != "name" and (value or (key in _MESSAGES and value is not None))
    }
    return json.dumps(kept, sort_keys=True, default=str)


def _check_prefix(
    match: View, prefixes: dict[tuple[object, ...], dict[str, list[_Earlier]]]
) -> Iterator[Fault]:
    """Warn about a prefix that begins with an earlier one that asks for as little."""
    prefix = match.child("uri").text("prefix")
    if not prefix:
        return
    keys = tuple(tuple(sorted(match.child(key).names())) for key in _MAPS)
    alike = prefixes.setdefault((match.number("port") or 0, *keys), {})
    wishes = tuple(_wishes(match))
    shorter = (
        earlier for size in range(1, len(prefix)) for earlier in alike.get(prefix[:size], ())
    )
    for earlier in shorter:
        if all(mine.startswith(wish) for mine, wish in zip(earlier.wishes, wishes, strict=True)):
            other = earlier.match.child("uri").text("prefix")
            yield warn(match.at("uri"), f"the prefix {other} of a match before takes {prefix}, too")
            break
    alike.setdefault(prefix, []).append(_Earlier(match, wishes))


def _wishes(match: View) -> Iterator[str]:
    """Write what a match asks for besides the prefix; Istio takes no method for GET."""
    yield _text_of(match.child("method")) or "exact:GET"
    yield _text_of(match.child("authority"))
    for key in _MAPS:
        texts = match.child(key)
        yield from (_text_of(texts.child(name)) for name in sorted(texts.names()))


def _text_of(match: View) -> str:
    for way in ("exact", "prefix"):
        if text := match.text(way):
            return f"{way}:{text}"
    return ""
