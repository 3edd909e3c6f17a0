"""A condition has the wrong case for what it is compared with.

Methods are sent in capitals and compared as they are: `get` never matches. Schemes are sent in
small letters: `HTTP` never matches. Browsers send hosts in small letters, too, and `authority` compares
them as they are sent. Header names are compared without regard to case by Envoy,
but Istio's API asks for small letters, and proxyless gRPC clients take it at its word.

Fix: write methods in capitals, schemes, hosts and header names in small letters.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import StringMatch, from_istio
from meshctl.resources import Match, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rename, rule
from meshctl.words import with_article

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE")
_SCHEMES = ("http", "https")
_FIELDS = ("method", "scheme", "authority", "headers", "withoutHeaders")


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=_FIELDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report methods and schemes that never match, and header names in capitals as a smell."""
    for route in service.http:
        for match in route.matches:
            if any(map(match.has, _FIELDS)):
                yield from _check(match)


def _check(match: Match) -> Iterator[Finding]:
    request = from_istio(match.data, frozenset())
    for key, asked, known in (
        ("method", request.method, _METHODS),
        ("scheme", request.scheme, _SCHEMES),
    ):
        if asked is not None and _has_wrong_case(asked, known):
            case = "capitals" if known is _METHODS else "small letters"
            meant = asked.value.upper() if known is _METHODS else asked.value.lower()
            edits = [put(match.at(key, asked.kind), meant)] if asked.kind != "regex" else []
            yield Finding(
                match.at(key, asked.kind),
                f"{key} {asked} never matches: its case counts, and {with_article(key)} is sent in {case}",
            ).fixed_by(*edits)
    authority = request.authority
    if (
        authority is not None
        and authority.kind != "regex"
        and authority.value.lower() != authority.value
    ):
        yield Finding(
            match.at("authority", authority.kind),
            f"authority {authority} misses requests of browsers: they send hosts in small letters",
            severity=Severity.WARNING,
        )
    for field in ("headers", "withoutHeaders"):
        for name in map(str, match.child(field).data):
            if name != name.lower() and not name.startswith("@"):
                yield Finding(
                    match.key(field, name),
                    f"header name {name} has capitals; the API asks for {name.lower()}",
                    severity=Severity.INFO,
                ).fixed_by(rename(match.key(field, name), name.lower()))


def _has_wrong_case(asked: StringMatch, known: tuple[str, ...]) -> bool:
    if any(asked.takes(word) is not False for word in known):
        return False
    spelled = (form for word in known for form in (word.lower(), word.upper(), word.capitalize()))
    return any(asked.takes(form) for form in spelled)
