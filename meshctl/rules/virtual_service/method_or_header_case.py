"""A condition has the wrong case for what it is compared with.

Methods and schemes are compared as they are: methods are sent in capitals, so that `get` never
matches, and schemes in small letters. Browsers send hosts in small letters, too. Header names are
compared without regard to case by Envoy, but Istio's API and proxyless clients want small letters.

Fix: write methods in capitals, schemes, hosts and header names in small letters.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import StringMatch, from_istio
from meshctl.resources import Match, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rename, rule
from meshctl.words import with_article

_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE")
_METHODS = ("capitals", str.upper, _VERBS)
_SCHEMES = ("small letters", str.lower, ("http", "https"))
_FIELDS = ("method", "scheme", "authority", "headers", "withoutHeaders")


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=_FIELDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report methods and schemes that never match, and header names in capitals as a smell."""
    for route in service.http:
        for match in route.matches:
            if any(map(match.has, _FIELDS)):
                yield from _check(match)


def _check(match: Match) -> Iterator[Finding]:
    request = from_istio(match.data, frozenset())
    for key, asked, (case, sent, known) in (
        ("method", request.method, _METHODS),
        ("scheme", request.scheme, _SCHEMES),
    ):
        if asked is not None and _has_wrong_case(asked, known):
            place = match.at(key, asked.kind)
            edits = [put(place, sent(asked.value))] if asked.kind != "regex" else []
            why = f"its case counts, and {with_article(key)} is sent in {case}"
            yield Finding(place, f"{key} {asked} never matches: {why}").fixed_by(*edits)
    host = request.authority
    if host and host.kind != "regex" and host.value.lower() != host.value:
        message = f"authority {host} misses requests of browsers: they send hosts in small letters"
        yield Finding(match.at("authority", host.kind), message, severity=Severity.WARNING)
    for field in ("headers", "withoutHeaders"):
        for name in map(str, match.child(field).data):
            if name != name.lower() and not name.startswith("@"):
                message = f"header name {name} has capitals; the API asks for {name.lower()}"
                found = Finding(match.key(field, name), message, severity=Severity.INFO)
                yield found.fixed_by(rename(match.key(field, name), name.lower()))


def _has_wrong_case(asked: StringMatch, known: tuple[str, ...]) -> bool:
    if any(asked.takes(word) is not False for word in known):
        return False
    spelled = (form for word in known for form in (word.lower(), word.upper(), word.capitalize()))
    return any(asked.takes(form) for form in spelled)
