"""A condition has the wrong case for what it is compared with.

Methods and schemes are compared as they are: methods are sent in capitals, so that `get` never
matches, and schemes in small letters. Browsers send hosts in small letters, too. Header names are
compared without regard to case by Envoy, but Istio's API and proxyless clients want small letters.

Fix: write methods in capitals, schemes, hosts and header names in small letters.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import StringMatch
from meshctl.resources import Condition, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rename, rule
from meshctl.words import with_article

_VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE")
_CASES = {
    "method": ("capitals", str.upper, _VERBS),
    "scheme": ("small letters", str.lower, ("http", "https")),
}
_FIELDS = ("method", "scheme", "authority", "headers", "withoutHeaders")


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=_FIELDS)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report methods and schemes that never match, and header names in capitals as a smell."""
    for condition in service.conditions:
        asked = next((StringMatch(kind, text) for kind, text in condition.texts), None)
        if condition.name:
            yield from _header_name(condition)
        elif asked is not None and condition.field == "authority":
            yield from _host(condition, asked)
        elif asked is not None and condition.field in _CASES:
            yield from _word(condition, asked)


def _word(condition: Condition, asked: StringMatch) -> Iterator[Finding]:
    case, sent, known = _CASES[condition.field]
    if _has_wrong_case(asked, known):
        place = condition.view.at(asked.kind)
        edits = [put(place, sent(asked.value))] if asked.kind != "regex" else []
        why = f"its case counts, and {with_article(condition.field)} is sent in {case}"
        yield Finding(place, f"{condition.field} {asked} never matches: {why}").fixed_by(*edits)


def _host(condition: Condition, asked: StringMatch) -> Iterator[Finding]:
    if asked.kind != "regex" and asked.value.lower() != asked.value:
        message = f"authority {asked} misses requests of browsers: they send hosts in small letters"
        yield Finding(condition.view.at(asked.kind), message, severity=Severity.WARNING)


def _header_name(condition: Condition) -> Iterator[Finding]:
    name = condition.name
    is_header = condition.field in ("headers", "withoutHeaders")
    if is_header and name != name.lower() and not name.startswith("@"):
        place = condition.match.key(condition.field, name)
        message = f"header name {name} has capitals; the API asks for {name.lower()}"
        found = Finding(place, message, severity=Severity.INFO)
        yield found.fixed_by(rename(place, name.lower()))


def _has_wrong_case(asked: StringMatch, known: tuple[str, ...]) -> bool:
    if any(asked.takes(word) is not False for word in known):
        return False
    spelled = (form for word in known for form in (word.lower(), word.upper(), word.capitalize()))
    return any(asked.takes(form) for form in spelled)
