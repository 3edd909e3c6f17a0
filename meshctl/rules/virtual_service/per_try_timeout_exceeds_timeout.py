"""One try may take as long as the whole request.

The timeout of a route covers all tries together. A first try that hangs for `perTryTimeout` has
used it up, so a slow answer is never retried: the client gets 504 after `timeout`.

Fix: make `perTryTimeout` smaller than `timeout`, or remove it.
"""

from collections.abc import Iterator

from meshctl.istio.cel_forms import all_routes
from meshctl.istio.durations import in_words, nanoseconds
from meshctl.mesh import Mesh
from meshctl.resources import VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, delete, rule

_CEL = all_routes(
    ("http",),
    "!has(r.timeout) || !has(r.retries) || !has(r.retries.perTryTimeout) || "
    "!has(r.retries.attempts) || r.retries.attempts < 1 || "
    "duration(r.timeout) <= duration('0s') || duration(r.retries.perTryTimeout) <= duration('0s') || "
    "duration(r.retries.perTryTimeout) < duration(r.timeout)",
)


@rule(
    on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("perTryTimeout",), cel=_CEL
)
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report tries that cannot be followed by another."""
    for route in service.http:
        if not (route.has("timeout") and route.has("retries")):
            continue
        timeout = nanoseconds(route.text("timeout"))
        retries = route.child("retries")
        one_try = nanoseconds(retries.text("perTryTimeout"))
        if not timeout or not one_try or (retries.number("attempts") or 0) < 1:
            continue
        if one_try >= timeout:
            yield (
                Finding(
                    retries.at("perTryTimeout"),
                    f"a try may take {in_words(one_try)}, but the whole request ends after "
                    f"{in_words(timeout)}, so a slow answer is never retried",
                )
                .also(route.at("timeout"), "this timeout covers all tries together")
                .fixed_by(delete(retries.at("perTryTimeout")), safe=False)
            )
