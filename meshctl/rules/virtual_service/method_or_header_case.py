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
        if condition.field in {"headers", "withoutHeaders"}:
            yield from _header_name(condition)
        for kind, text in condition.texts[:1] if not condition.name else ():
            yield from _value(condition, StringMatch(kind, text))


def _value(condition: Condition, asked: StringMatch) -> Iterator[Finding]:
    field, place = condition.field, condition.view.at(asked.kind)
    if field == "authority" and asked.kind != "regex" and asked.value.lower() != asked.value:
        message = f"authority {asked} misses requests of browsers: they send hosts in small letters"
        yield Finding(place, message, severity=Severity.WARNING)
    elif field in _CASES and _has_wrong_case(asked, _CASES[field][2]):
        case, sent, _ = _CASES[field]
        edits = [put(place, sent(asked.value))] if asked.kind != "regex" else []
        why = f"its case counts, and {with_article(field)} is sent in {case}"
        yield Finding(place, f"{field} {asked} never matches: {why}").fixed_by(*edits)


def _header_name(condition: Condition) -> Iterator[Finding]:
    name = condition.name
    if name != name.lower() and not name.startswith("@"):
        place = condition.match.key(condition.field, name)
        message = f"header name {name} has capitals; the API asks for {name.lower()}"
        yield Finding(place, message, Severity.INFO).fixed_by(rename(place, name.lower()))


def _has_wrong_case(asked: StringMatch, known: tuple[str, ...]) -> bool:
    if any(asked.takes(word) is not False for word in known):
        return False
    spelled = (form for word in known for form in (word.lower(), word.upper(), word.capitalize()))
    return any(asked.takes(form) for form in spelled)
