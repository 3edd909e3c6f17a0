"""A condition has a `*` or a pattern that Istio doesn't read as one.

`exact` and `prefix` compare text: `prefix: /api/*` takes paths that begin with a slash, `api`, a
slash and a star, which no client sends. In a regex the star repeats the sign before it: `/api/*`
is `/api` with any number of slashes behind it. Other signs of a pattern, such as `(a|b)`,
`[0-9]` or `GET|POST`, count in `regex` alone, and the parameters of frameworks, `{id}` or `:id`,
nowhere.

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
"""Headers whose values may well have a star of their own."""


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", needs=("match",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report stars in text, and regexes that are globs; those of headers are warnings."""
    for route in service.http:
        for match in route.matches:
            for condition, severity in _conditions(match):
                field = condition.path[-1]
                for kind in ("exact", "prefix"):
                    text = condition.text(kind)
                    if "*" in text and text != "*":
                        message = f"{kind} {quoted(text)} is compared as text, star and all"
                        found = Finding(condition.at(kind), message, severity=severity)
                        if kind == "prefix" and text.endswith("/*") and text.count("*") == 1:
                            found = found.fixed_by(put(condition.at(kind), text[:-1]))
                        yield found
                    elif looks_like_regex(text) or (field == "method" and is_no_method(text)):
                        message = (
                            f"{kind} {quoted(text)} is compared as text; only regex has patterns"
                        )
                        yield Finding(condition.at(kind), message, severity=Severity.WARNING)
                    elif field == "uri" and template_in(text):
                        message = (
                            f"{kind} {quoted(text)} is compared as text, {template_in(text)} too"
                        )
                        yield Finding(condition.at(kind), message, severity=Severity.WARNING)
                pattern = condition.text("regex")
                repeated = repeated_by_star(pattern)
                if repeated:
                    message = f"in regex {quoted(pattern)} the star repeats {quoted(repeated)}; anything is '.*'"
                    yield Finding(condition.at("regex"), message, severity=Severity.WARNING)


def _conditions(match: Match) -> Iterator[tuple[View, Severity | None]]:
    for field in _FIELDS:
        if match.has(field):
            yield match.child(field), None
    for field in _MAPS:
        for name in match.child(field).names() if match.has(field) else ():
            if not name.lower().startswith(_WITH_STARS):
                yield match.child(field, name), Severity.WARNING
