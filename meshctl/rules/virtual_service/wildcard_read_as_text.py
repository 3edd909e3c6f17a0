"""A condition has a `*` or a pattern that Istio doesn't read as one.

`exact` and `prefix` compare text: `prefix: /api/*` takes paths with a star, which no client sends.
In a regex the star repeats the sign before it: `/api/*` is `/api` and any number of slashes. Other
signs, such as `(a|b)`, count in `regex` alone, and parameters such as `{id}` or `:id` nowhere.

Fix: write the prefix without the star (`prefix: /api/`), or a regex with `.*`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import is_no_method, looks_like_regex, repeated_by_star, template_in
from meshctl.resources import Match, View, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_FIELDS = ("uri", "method", "authority", "scheme")
_MAPS = ("headers", "withoutHeaders", "queryParams")
_WITH_STARS = ("accept", "if-match", "if-none-match", "access-control-", "content-range")


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("match",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report stars in text, and regexes that are globs; those of headers are warnings."""
    for route in service.http:
        for match in route.matches:
            for condition, severity in _conditions(match):
                yield from _text(condition, severity)
                if repeated := repeated_by_star(condition.text("regex")):
                    why = f"the star repeats {quoted(repeated)}; anything is '.*'"
                    message = f"in regex {quoted(condition.text('regex'))} {why}"
                    yield Finding(condition.at("regex"), message, severity=Severity.WARNING)


def _text(condition: View, severity: Severity | None) -> Iterator[Finding]:
    field = condition.path[-1]
    for kind in ("exact", "prefix"):
        text = condition.text(kind)
        compared, misread = f"{kind} {quoted(text)} is compared as text", ""
        if "*" in text and text != "*":
            found = Finding(condition.at(kind), f"{compared}, star and all", severity=severity)
            plain = kind == "prefix" and text.endswith("/*") and text.count("*") == 1
            yield found.fixed_by(*([put(condition.at(kind), text[:-1])] if plain else []))
        elif looks_like_regex(text) or (field == "method" and is_no_method(text)):
            misread = "; only regex has patterns"
        elif field == "uri" and (parameter := template_in(text)):
            misread = f", {parameter} too"
        if misread:
            yield Finding(condition.at(kind), f"{compared}{misread}", severity=Severity.WARNING)


def _conditions(match: Match) -> Iterator[tuple[View, Severity | None]]:
    for field in _FIELDS:
        if match.has(field):
            yield match.child(field), None
    for field in _MAPS:
        for name in match.child(field).names() if match.has(field) else ():
            if not name.lower().startswith(_WITH_STARS):  # whose values have stars of their own
                yield match.child(field, name), Severity.WARNING
