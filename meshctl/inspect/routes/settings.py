"""Reads what happens on a route beside its match and its destinations, by name."""

from typing import TYPE_CHECKING, Any

from meshctl.istio.durations import in_words
from meshctl.mesh.traffic.route_settings import (
    HeaderChanges,
    RetryPolicy,
    route_settings,
)
from meshctl.mesh.traffic.routes import EffectiveRoute

if TYPE_CHECKING:
    from meshctl.mesh.traffic.faults import Faults


def settings_of(route: EffectiveRoute) -> dict[str, Any]:
    """Read the host, timeout, retries, mirrors, headers, CORS and faults; what is as usual is left out."""
    settings = route_settings(route)
    found: dict[str, Any] = {
        "hostRewrite": settings.host,
        "timeout": in_words(settings.timeout) if settings.timeout else "",
        "retries": _retries(settings.retries),
        "mirrors": [
            {
                "host": mirror.destination.host,
                "port": mirror.destination.port,
                "percent": mirror.percent,
            }
            for mirror in settings.mirrors
        ],
        "requestHeaders": _headers(settings.request),
        "responseHeaders": _headers(settings.response),
        "cors": dict(settings.cors),
        "fault": _fault_form(faults_on(route)),
    }
    return {key: value for key, value in found.items() if value or value == 0}


def _retries(policy: RetryPolicy | None) -> Any:
    """Read retries: 0 for none, and nothing for Istio's usual ones."""
    if policy is None:
        return 0
    if policy == RetryPolicy():
        return None
    found: dict[str, Any] = {"attempts": policy.attempts, "on": policy.retry_on}
    if policy.status_codes:
        found["statusCodes"] = list(policy.status_codes)
    if policy.per_try:
        found["perTry"] = in_words(policy.per_try)
    if policy.backoff:
        found["backoff"] = in_words(policy.backoff)
    return found


def faults_on(route: EffectiveRoute) -> "Faults | None":
    """Read what a route injects, ``None`` for nothing."""
    if not route.rule.saying("fault").has("fault"):
        return None
    from meshctl.mesh.traffic.faults import faults_of  # noqa: PLC0415 - few routes have any

    return faults_of(route.rule)


def _fault_form(faults: "Faults | None") -> dict[str, Any]:
    """Read faults: the parts of the requests in percent that get an answer, or wait."""
    found: dict[str, Any] = {}
    if faults is None:
        return found
    if faults.abort is not None:
        abort = faults.abort
        answer = {"grpcStatus": abort.grpc_status} if abort.grpc_status else {}
        found["abort"] = {"percent": abort.percent, "status": abort.status, **answer}
    if faults.delay is not None:
        found["delay"] = {
            "percent": faults.delay.percent, "duration": in_words(faults.delay.duration),
        }  # fmt: skip
    return found


def _headers(changes: HeaderChanges) -> dict[str, Any]:
    found: dict[str, Any] = {
        "set": {
            header_change.name: header_change.value
            for header_change in changes.changed
            if not header_change.append
        },
        "add": {
            header_change.name: header_change.value
            for header_change in changes.changed
            if header_change.append
        },
        "remove": list(changes.removed),
    }
    return {key: value for key, value in found.items() if value}
