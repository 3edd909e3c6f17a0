"""A route injects faults that its own retries or timeout are expected to handle.

Envoy injects faults before the request reaches the part that applies timeouts and retries. An
injected abort goes straight back to the client and is never retried; an injected delay doesn't
count towards the timeout of the same route. The test shows failures that real ones wouldn't cause.

Fix: inject the fault on another hop (the VirtualService of the service behind this one).
"""

from collections.abc import Iterator

from meshctl.istio.durations import in_words, nanoseconds
from meshctl.mesh import Mesh
from meshctl.resources import Route, VirtualService
from meshctl.rules.api import Finding, Outcome, Severity, rule

_SERVER_ERROR = 500


@rule(on=VirtualService, severity=Severity.WARNING, since="0.1.0", holds=("fault",))
def check(service: VirtualService, mesh: Mesh) -> Iterator[Outcome]:
    """Report aborts beside retries, and delays longer than a timeout of the same route."""
    for route in service.http:
        if route.has("fault"):
            yield from _aborts(route)
            yield from _delays(route)


def _aborts(route: Route) -> Iterator[Finding]:
    abort = route.abort
    fails = (abort.number("httpStatus") or 0) >= _SERVER_ERROR or abort.has("grpcStatus")
    retries = route.child("retries")
    if fails and abort.percentage and retries.number("attempts"):
        yield Finding(
            abort.key(), "the retries of this route never see the aborts that the route injects"
        ).also(retries.key(), "retries failures of the upstream only")


def _delays(route: Route) -> Iterator[Finding]:
    fault = route.delay
    delay = nanoseconds(fault.text("fixedDelay"))
    if not delay or not fault.percentage:
        return
    for view, name in ((route, "timeout"), (route.child("retries"), "perTryTimeout")):
        limit = nanoseconds(view.text(name))
        if limit and delay >= limit:
            yield Finding(
                fault.at("fixedDelay"),
                f"a delay of {in_words(delay)} doesn't run into the {name} of {in_words(limit)} "
                "beside it, which starts when the delay is over",
            ).also(view.at(name), "counts from after the delay")
