"""A condition has a `*` or a pattern that Istio doesn't read as one.

`exact` and `prefix` compare text: `prefix: /api/*` takes paths with a star, which no client sends.
In a regex the star repeats the sign before it: `/api/*` is `/api` and any number of slashes. Other
signs, such as `(a|b)`, count in `regex` alone, and parameters such as `{id}` or `:id` nowhere.

Fix: write the prefix without the star (`prefix: /api/`), or a regex with `.*`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import is_no_method, looks_like_regex, repeated_by_star, template_in
from meshctl.resources import Condition, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, put, rule
from meshctl.words import quoted

_WITH_STARS = ("accept", "if-match", "if-none-match", "access-control-", "content-range")
"""How names of headers begin whose values have stars of their own."""


@rule(on=VirtualService, severity=Severity.ERROR, since="0.1.0", holds=("match",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report stars in text, and regexes that are globs; those of headers are warnings."""
    for condition in service.conditions:
        if condition.name.lower().startswith(_WITH_STARS):
            continue
        for kind, text in condition.texts:
            if kind != "regex":
                yield from _text(condition, kind, text)
            elif repeated := repeated_by_star(text):
                why = f"the star repeats {quoted(repeated)}; anything is '.*'"
                message = f"in regex {quoted(text)} {why}"
                yield Finding(condition.view.at("regex"), message, severity=Severity.WARNING)


def _text(condition: Condition, kind: str, text: str) -> Iterator[Finding]:
    place, field = condition.view.at(kind), condition.field
    compared, misread = f"{kind} {quoted(text)} is compared as text", ""
    if "*" in text and text != "*":
        severity = Severity.WARNING if condition.name else None
        found = Finding(place, f"{compared}, star and all", severity=severity)
        plain = kind == "prefix" and text.endswith("/*") and text.count("*") == 1
        yield found.fixed_by(*([put(place, text[:-1])] if plain else []))
    elif looks_like_regex(text) or (field == "method" and is_no_method(text)):
        misread = "; only regex has patterns"
    elif field == "uri" and (parameter := template_in(text)):
        misread = f", {parameter} too"
    if misread:
        yield Finding(place, f"{compared}{misread}", severity=Severity.WARNING)
