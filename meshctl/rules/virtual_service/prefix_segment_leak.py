"""A prefix takes the paths of a sibling that only begins with the same letters.

`prefix: /foo` is compared as text, not segment by segment: it takes `/foobar` and `/foo2`, too.
The rule for `/foobar` that stands below it is never reached, and its users get the answers of
another service.

Fix: match `exact: /foo` and `prefix: /foo/` instead of `prefix: /foo`, or move the longer one up.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule


@rule(on=VirtualService, severity=Severity.ERROR, equivalents=("IST0131",), since="0.1.0")
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report rules that are dead because a prefix ends amid a segment."""
    for shadow in mesh.shadows.of(service):
        if not shadow.is_leak:
            continue
        wide, narrow = shadow.by.request.path.value, shadow.dead.request.path.value
        what = "rule" if shadow.whole else "match"
        yield Finding(
            shadow.place,
            f"this {what} is never reached: prefix '{wide}' of an earlier rule takes '{narrow}', "
            "too, since a prefix need not end at a slash",
            severity=Severity.INFO if shadow.is_harmless else None,
            fix=f"match exact '{wide}' and prefix '{wide}/' there, or move this {what} above it",
        ).also(shadow.by.place, f"takes every path that begins with '{wide}'")
