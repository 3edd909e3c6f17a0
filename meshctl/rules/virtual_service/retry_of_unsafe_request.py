"""Requests that change something are retried after they may have reached the application.

`5xx`, `gateway-error`, `reset` and `retriable-4xx` retry a request that the application perhaps has
carried out already: a POST is booked twice. The default, without `retryOn`, only retries what
surely, or by the application's own word, was not carried out.

Fix: match the methods that may be repeated (GET, HEAD, PUT, DELETE) in a rule of their own, or use
`retryOn: connect-failure,refused-stream,unavailable`.
"""

from collections.abc import Iterator

from meshctl.mesh import Mesh
from meshctl.resources import Match, Route, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule
from meshctl.words import with_article

_RISKY = ("5xx", "gateway-error", "reset", "retriable-4xx")
_UNSAFE = frozenset({"POST", "PATCH"})


@rule(on=VirtualService, severity=Severity.INFO, since="0.1.0", holds=("retryOn",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report risky conditions on rules that take POST or PATCH, or any method."""
    for route in service.http:
        retries = route.child("retries")
        written = [text.strip() for text in retries.text("retryOn").split(",")]
        risky = [word for word in written if word in _RISKY]
        what = _unsafe(route) if risky else ""
        if what and retries.number("attempts") != 0:
            yield Finding(
                retries.at("retryOn"),
                f"{', '.join(risky)} may retry {what} that was carried out already",
            )


def _unsafe(route: Route) -> str:
    """Name a method of a rule that must not be repeated; empty when it takes none."""
    if not route.matches:
        return "a POST"
    found = (_method(match) for match in route.matches)
    return next((with_article(method) for method in found if method), "")


def _method(match: Match) -> str:
    asked = match.child("method")
    if not asked.data:
        return "POST"
    exact = asked.text("exact")
    return exact if exact in _UNSAFE else ""
