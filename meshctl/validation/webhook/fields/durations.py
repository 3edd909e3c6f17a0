"""Checks durations.

Mirrors ValidateDuration, pkg/config/validation/agent/validation.go, Istio 1.31. The CEL rules of
most fields refuse what is no duration or shorter than a millisecond; finer ones are refused here.
"""

from collections.abc import Iterator

from meshctl.istio.durations import nanoseconds
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.words import quoted

MILLISECOND = 10**6


def why_not_duration(text: str) -> str | None:
    """Say why a text is not a duration of whole milliseconds, one at least."""
    length = nanoseconds(text)
    if length is None:
        return why_unreadable(text)
    if length < MILLISECOND:
        return f"{text} is too short; the shortest duration is 1ms"
    if length % MILLISECOND:
        return f"{text} is too fine; durations are whole milliseconds"
    return None


def why_unreadable(text: str) -> str | None:
    """Say why a text cannot be read as a duration at all."""
    if nanoseconds(text) is None:
        return f"{quoted(text)} is not a duration, such as 1h, 1m30s, 5s or 250ms"
    return None


def check_durations(view: View, *keys: str) -> Iterator[Fault]:
    """Check the durations that are written."""
    for key in keys:
        if view.has(key) and (why := why_not_duration(view.text(key))):
            yield refuse(view.at(key), why)


def check_readable(view: View, key: str) -> Iterator[Fault]:
    """Check that a duration without bounds can be read; else istiod cannot decode the object."""
    if view.has(key) and (why := why_unreadable(view.text(key))):
        yield refuse(view.at(key), why)
