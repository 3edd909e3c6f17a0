"""A prefix takes the paths of a sibling that only begins with the same letters.

`prefix: /foo` is compared as text, not segment by segment: it takes `/foobar` and `/foo2`, too.
The rule for `/foobar` that stands below it is never reached, and its users get the answers of
another service.

Fix: match `exact: /foo` and `prefix: /foo/` instead of `prefix: /foo`, or move the longer one up.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.mesh.gateways import RouteOverlap
from meshctl.mesh.traffic import RouteMatch
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import quoted


@rule(
    on=VirtualService, severity=Severity.ERROR, equivalents=("IST0131",), since="0.1.0",
    needs=("prefix",),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report what is dead because a prefix ends amid a segment, here or across objects."""
    for shadow in mesh.traffic.unreachable_rules.of(service):
        if shadow.is_leak:
            wide, narrow = shadow.by.request.path.value, shadow.dead.request.path.value
            yield Finding(
                shadow.place,
                f"{shadow.subject} is never reached: prefix {quoted(wide)} of an earlier rule takes "
                f"{quoted(narrow)}, too, since a prefix need not end at a slash",
                severity=Severity.INFO if shadow.is_harmless else None,
                fix=f"match exact {quoted(wide)} and prefix {quoted(wide + '/')} there, or move this {shadow.extent.value} above it",
            ).also(shadow.by.place, f"takes every path that begins with {quoted(wide)}")
    for overlap in mesh.gateways.route_overlaps.overlaps(service):
        if overlap.leak is not None and not (overlap.order_known and overlap.first_is_inside):
            yield _across(overlap, *overlap.leak)


def _across(overlap: RouteOverlap, wide: RouteMatch, narrow: RouteMatch) -> Finding:
    path = wide.request.path.value
    certain = overlap.order_known and wide is overlap.first
    taken = "takes" if certain else "takes, if it belongs to the older VirtualService,"
    return Finding(
        narrow.place,
        f"prefix {quoted(path)} of {wide.service.title} {taken} {quoted(narrow.request.path.value)} for "
        f"{overlap.host.host}, too, since a prefix need not end at a slash",
        severity=None if certain else Severity.WARNING,
        fix=f"match exact {quoted(path)} and prefix {quoted(path + '/')} in {wide.service.title}",
    ).also(wide.place, f"takes every path that begins with {quoted(path)}")
