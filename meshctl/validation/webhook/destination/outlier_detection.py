"""Checks outlier detection, by which bad endpoints are ejected.

Mirrors validateOutlierDetection, pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.fields.durations import check_durations

WHOLE = 100


def check_outlier_detection(outlier: View) -> Iterator[Fault]:
    """Check when endpoints are ejected."""
    yield from check_durations(outlier, "baseEjectionTime", "interval")
    if outlier.number("consecutiveErrors"):
        yield warn(
            outlier.key("consecutiveErrors"),
            "consecutiveErrors is deprecated; use consecutiveGatewayErrors or consecutive5xxErrors",
        )
    local = outlier.number("consecutiveLocalOriginFailures") or 0
    if local > 0 and not outlier.flag("splitExternalLocalOriginErrors"):
        yield refuse(
            outlier.key("consecutiveLocalOriginFailures"),
            "consecutiveLocalOriginFailures needs splitExternalLocalOriginErrors: true",
        )
    for key in ("maxEjectionPercent", "minHealthPercent"):
        if not 0 <= (percent := outlier.number(key) or 0) <= WHOLE:
            yield refuse(outlier.at(key), f"{key} is {percent}; it is within 0 to {WHOLE}")
