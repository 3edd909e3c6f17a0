"""A rule uses a field that another one has replaced.

istiod still reads `corsPolicy.allowOrigin` and `mirrorPercent`, but not beside `allowOrigins` and
`mirrorPercentage`, and a later release may not (route.go and virtual_service.proto, Istio 1.31).

Fix: write `allowOrigins` with a list of `exact`, and `mirrorPercentage.value`.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from meshctl.istio.cel_forms import all_routes
from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, put, rule


class _Field(NamedTuple):
    above: tuple[str, ...]
    old: str
    new: str
    converted: Callable[[Any], Any]


_FIELDS = (
    _Field(("corsPolicy",), "allowOrigin", "allowOrigins", lambda old: [{"exact": o} for o in old]),
    _Field((), "mirrorPercent", "mirrorPercentage", lambda old: {"value": old}),
)

_CEL = all_routes(
    ("http",),
    "!has(r.mirrorPercent) && (!has(r.corsPolicy) || !has(r.corsPolicy.allowOrigin))",
)


@rule(
    on=VirtualService, severity=Severity.INFO, since="0.1.0",
    holds=tuple(field.old for field in _FIELDS), cel=_CEL,
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report each old field; one beside its successor is a warning, since nothing reads it."""
    for route in service.http:
        for field in _FIELDS:
            block = route.child(*field.above)
            if not block.has(field.old):
                continue
            place, removed = block.key(field.old), delete(block.at(field.old))
            if block.has(field.new):
                message = f"{field.old} is ignored beside {field.new}"
                yield Finding(place, message, severity=Severity.WARNING).fixed_by(removed)
            else:
                value = field.converted(block.data[field.old])
                found = Finding(place, f"{field.old} is deprecated; write {field.new}")
                yield found.fixed_by(put(block.at(field.new), value), removed)
