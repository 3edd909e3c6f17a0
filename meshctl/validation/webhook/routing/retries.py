"""Checks the retries of a route.

Mirrors validateHTTPRetry, pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator
from http import HTTPStatus

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.durations import check_durations
from meshctl.words import quoted

CONDITIONS = frozenset({
    "5xx", "gateway-error", "reset", "reset-before-request", "connect-failure", "retriable-4xx",
    "refused-stream", "retriable-status-codes", "retriable-headers", "envoy-ratelimited",
    "http3-post-connect-failure",
    "cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable",
})  # fmt: skip
"""What Envoy can retry on, besides a status; the last line is for gRPC."""

_STATUSES = frozenset(int(status) for status in HTTPStatus)
_NUMBER = lazy_pattern(r"\+?[0-9]{1,9}")


def check_retries(retries: View) -> Iterator[Fault]:
    """Check the retries of one route."""
    attempts = retries.number("attempts") or 0
    if attempts < 0:
        yield refuse(retries.at("attempts"), f"attempts is {attempts}; it cannot be negative")
    if attempts == 0:
        unused = (
            key
            for key in ("perTryTimeout", "retryOn", "retryRemoteLocalities")
            if retries.has(key) and retries.data.get(key) != ""
        )
        for key in unused:
            yield refuse(retries.key(key), f"attempts is 0, so nothing is retried; remove {key}")
    yield from check_durations(retries, "perTryTimeout", "backoff")
    conditions = retries.text("retryOn")
    if not conditions:
        return
    for condition in conditions.split(","):
        is_status = _NUMBER.fullmatch(condition) and int(condition) in _STATUSES
        if not is_status and condition not in CONDITIONS:
            known = ", ".join(sorted(CONDITIONS))
            yield refuse(
                retries.at("retryOn"),
                f"Envoy cannot retry on {quoted(condition)}; allowed, without blanks: HTTP statuses, {known}",
            )
