"""A rule stands below one that takes every request.

An http or tcp rule without `match`, or an http rule with `prefix: /` and nothing else, takes all.
istiod stops writing routes at the first one, so what follows doesn't even reach Envoy: its
destinations get no traffic and nothing says so.

Fix: move the rule that takes everything to the end.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule


@rule(
    on=VirtualService, severity=Severity.ERROR, equivalents=("IST0130",), since="0.1.0",
    holds=("http[1]", "match[1]", "tls[1]", "tcp[1]", "delegate"),
)  # fmt: skip
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report what follows a rule that takes everything."""
    for shadow in mesh.traffic.unreachable_rules.of(service):
        if not shadow.is_by_catch_all:
            continue
        effect = " and does the same" if shadow.is_harmless else ""
        found = Finding(
            shadow.place,
            f"{shadow.subject} is never reached: an earlier rule takes every request{effect}, and "
            "istiod writes no routes after it",
            severity=Severity.INFO if shadow.is_harmless else None,
        ).also(shadow.by.place, "takes every request")
        yield found.fixed_by(delete(shadow.place)) if shadow.is_removable else found
    for routes in (service.tls, service.tcp):
        first = next((route for route in routes if not route.matches), None)
        if first is None:
            continue
        for route in routes[routes.index(first) + 1 :]:
            yield Finding(
                route.at(),
                f"this rule is never reached: an earlier {route.kind} rule takes every connection",
            ).also(first.at(), "takes every connection")
