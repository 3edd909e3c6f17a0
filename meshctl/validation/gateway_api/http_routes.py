"""What is asked of an HTTPRoute."""

from collections.abc import Iterator

from meshctl.istio.durations import nanoseconds
from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.view import Path
from meshctl.validation.gateway_api import filters
from meshctl.validation.gateway_api.walk import Broken, Mapping, items
from meshctl.validation.wording import show

MOST_MATCHES = 128
"""Matches that all rules of a route have together."""

_AMID = ("//", "/./", "/../", "%2f", "%2F", "#")
_AT_END = ("/..", "/.")
_PATH = lazy_pattern(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+")
_PLAIN = ("Exact", "PathPrefix")


def check(spec: Mapping) -> Iterator[Broken]:
    """Report paths, filters and timeouts that the API server refuses."""
    yield from too_many_matches(spec)
    for path, rule in items(spec, "rules"):
        for place, match in items(rule, "matches", path):
            yield from _path(match.get("path") or {}, (*place, "path"))
        yield from filters.check(rule, path)
        for place, backend in items(rule, "backendRefs", path):
            yield from filters.check(backend, place)
        yield from _redirect(rule, path)
        yield from _prefix(rule, path)
        yield from _timeouts(rule.get("timeouts") or {}, (*path, "timeouts"))


def too_many_matches(spec: Mapping) -> Iterator[Broken]:
    """Report the rule with which the matches of all rules are too many."""
    count = 0
    for path, rule in items(spec, "rules"):
        count += len(rule.get("matches") or ())
        if count > MOST_MATCHES:
            why = f"with these the route has more than {MOST_MATCHES} matches; split the route"
            yield Broken((*path, "matches"), why, key=True)
            return


def _path(path: Mapping, place: Path) -> Iterator[Broken]:
    if path.get("type", "PathPrefix") not in _PLAIN:
        return
    value = path.get("value", "/")
    found = _forbidden(value)
    if not value.startswith("/"):
        yield Broken((*place, "value"), f"a path begins with a slash, and {show(value)} doesn't")
    elif found:
        yield Broken((*place, "value"), f"a path must not have {show(found)}")
    elif not _PATH.fullmatch(value):
        yield Broken((*place, "value"), f"{show(value)} has signs that a path never has")


def _forbidden(value: str) -> str:
    amid = [part for part in _AMID if part in value]
    return (amid or [part for part in _AT_END if value.endswith(part)] or [""])[0]


def _redirect(rule: Mapping, path: Path) -> Iterator[Broken]:
    redirects = any(written["type"] == "RequestRedirect" for _, written in items(rule, "filters"))
    if redirects and rule.get("backendRefs"):
        why = "a rule that redirects sends nothing to backends; leave them out"
        yield Broken((*path, "backendRefs"), why, key=True)


def _prefix(rule: Mapping, path: Path) -> Iterator[Broken]:
    """Report that a matched prefix is replaced where not just one is matched."""
    matches = rule.get("matches", [{}])
    types = [(match.get("path") or {}).get("type", "PathPrefix") for match in matches]
    if types == ["PathPrefix"]:
        return
    why = "a prefix is replaced: the rule needs just one match, of type PathPrefix"
    for place, _ in filters.replaces_prefix(rule):
        yield Broken((*path, *place), why, key=True)
    for at, backend in items(rule, "backendRefs"):
        for place, _ in filters.replaces_prefix(backend):
            yield Broken((*path, *at, *place), why, key=True)


def _timeouts(timeouts: Mapping, path: Path) -> Iterator[Broken]:
    whole, backend = (
        nanoseconds(timeouts.get(key) or "0s") for key in ("request", "backendRequest")
    )
    if whole and backend and backend > whole:
        why = f"one attempt may take {timeouts['backendRequest']}, longer than all of the request"
        yield Broken((*path, "backendRequest"), f"{why} ({timeouts['request']})")
