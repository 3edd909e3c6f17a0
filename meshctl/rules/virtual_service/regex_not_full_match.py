"""A regex for a path is really an exact path or a prefix, or was meant to be searched for.

Envoy matches a regex against the whole path, without its query. `regex: /foo` takes `/foo` alone,
`^/v[0-9]` doesn't take `/v1/items`. A regex that only says "exact" or "prefix" costs more per
request and hides what it does from people and tools.

Fix: write `exact` or `prefix`, or end the regex with `.*` if more may follow.
"""

import re
from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.matching import PATH, StringMatch, find_text
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted

_VARIES = re.compile(r"\[(?!\.\])|\+|\{|\\[dswDSW]")
"""Says that a pattern is neither one path nor all below a prefix, without looking closer."""

_OPEN_ENDED = ("*", "+", "?", ")", "}", "$")


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("regex",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report regexes with a better form; only those that look like a search are warnings."""
    for condition in service.conditions:
        for kind, pattern in condition.texts if condition.field == "uri" else ():
            found = _judge(pattern) if kind == "regex" else None
            if found is not None:
                yield Finding(condition.view.at(kind), found[0], severity=found[1])


def _judge(pattern: str) -> tuple[str, Severity | None] | None:
    path, shown = StringMatch("regex", pattern), quoted(pattern)
    plain = path if _VARIES.search(pattern) else path.simplified(PATH)
    if plain.kind == "exact":
        takes = f"takes the path {plain.value} alone and nothing below it, since the whole path must match"
        certain = "\\" in pattern or pattern.endswith("$")
        message = f"regex {shown} {takes}; write exact, or prefix if more may follow"
        return message, Severity.INFO if certain else None
    if plain.kind in ("prefix", "any"):
        same = f"regex {shown} says the same as prefix {quoted(plain.value or '/')}"
        return same, Severity.INFO
    if pattern.startswith("^") and (
        _ends_in_segment(path) if pattern.endswith("+") else not pattern.endswith(_OPEN_ENDED)
    ):
        whole = "must match the whole path, not its beginning"
        return f"regex {shown} {whole}; end it with .* if more may follow", None
    return None


def _ends_in_segment(path: StringMatch) -> bool:
    """Does a pattern take a path, and none below it?"""
    found = find_text((path,), (), PATH)
    return isinstance(found, str) and path.takes(f"{found}/x", PATH) is False
