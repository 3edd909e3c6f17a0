"""Checks the faults that a route injects.

Mirrors validateHTTPFaultInjection, pkg/config/validation/validation.go, Istio 1.31. The webhook
keeps its warning about an abort without a kind of error to itself.
"""

from collections.abc import Iterator

from meshctl.istio.protocols import GRPC_STATUS
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.durations import check_durations
from meshctl.words import quoted

SMALLEST_PERCENTAGE = 0.0001
WHOLE = 100
STATUSES = range(200, 601)
"""What istiod takes for the status of an answer; 600 passes, too."""


def why_not_status(status: int) -> str | None:
    """Say why a number is not the status of an answer."""
    return None if status in STATUSES else f"the status {status} is not within 200 to 599"


def check_fault(route: View) -> Iterator[Fault]:
    """Check the ``fault`` of a route."""
    fault = route.child("fault")
    if not fault.has("abort") and not fault.has("delay"):
        yield refuse(route.key("fault"), "fault is empty; it needs an abort or a delay")
    abort, delay = fault.child("abort"), fault.child("delay")
    yield from _check_percentage(abort)
    if abort.has("httpStatus") and (why := why_not_status(abort.number("httpStatus") or 0)):
        yield refuse(abort.at("httpStatus"), why)
    if abort.has("grpcStatus") and abort.text("grpcStatus") not in GRPC_STATUS:
        yield refuse(
            abort.at("grpcStatus"),
            f"{quoted(abort.text('grpcStatus'))} is no gRPC status; NOT_FOUND and UNAVAILABLE are",
        )
    if abort.has("http2Error"):
        yield refuse(abort.key("http2Error"), "Istio cannot abort with an HTTP/2 error")
    yield from _check_percentage(delay)
    yield from check_durations(delay, "fixedDelay", "exponentialDelay")
    if delay.has("exponentialDelay"):
        yield refuse(
            delay.key("exponentialDelay"), "Istio has no exponential delay; use fixedDelay"
        )


def _check_percentage(injected: View) -> Iterator[Fault]:
    value = injected.child("percentage").data.get("value")
    if isinstance(value, int | float) and not (value == 0 or SMALLEST_PERCENTAGE <= value <= WHOLE):
        allowed = f"0, or {SMALLEST_PERCENTAGE:f} to {WHOLE}"
        yield refuse(
            injected.at("percentage", "value"), f"the percentage is {value}; it is {allowed}"
        )
