"""Converts what a RouteRule does with requests to the fields of an http route of today.

As release-0.8 istioctl/pkg/convert/route.go, which drops fractions of percentages and more.
"""

from collections.abc import Mapping
from typing import Any

from meshctl.migrate.drafts import Draft
from meshctl.migrate.known import Known
from meshctl.migrate.old_routing.hosts import destination_of
from meshctl.resources import View

_GONE = "an override by header has nothing like it"


def actions(rule: View, draft: Draft, known: Known) -> dict[str, Any]:
    """Write everything but match and destinations."""
    found: dict[str, Any] = {}
    for key in ("redirect", "rewrite"):
        if rule.has(key):
            found[key] = dict(rule.child(key).data)
    _add_timeouts(rule, draft, found)
    fault = _fault(rule.child("httpFault"), draft)
    if fault:
        found["fault"] = fault
    if rule.has("mirror"):
        mirror = rule.child("mirror")
        found["mirror"] = destination_of(mirror, known, mirror.labels_of("labels")).form()
    if rule.has("corsPolicy"):
        found["corsPolicy"] = cors_policy(rule.child("corsPolicy").data)
    if rule.has("appendHeaders"):
        found["headers"] = {"request": {"add": rule.labels_of("appendHeaders")}}
    if rule.has("websocketUpgrade"):
        draft.exact("upgrades to WebSocket are always on today", rule.at("websocketUpgrade"))
    if rule.has("l4Fault"):
        draft.lost(
            "faults of connections have nothing like it", rule.at("l4Fault"),
            instead="inject them outside of the mesh, or abort HTTP requests by fault.abort",
        )  # fmt: skip
    return found


def _add_timeouts(rule: View, draft: Draft, found: dict[str, Any]) -> None:
    timeout = rule.child("httpReqTimeout", "simpleTimeout")
    if timeout.has("timeout"):
        found["timeout"] = timeout.data["timeout"]
    retry = rule.child("httpReqRetries", "simpleRetry")
    if retry.data:
        found["retries"] = {
            key: retry.data[key] for key in ("attempts", "perTryTimeout") if retry.has(key)
        }
        draft.near(
            "retries happen on what Istio retries today (connect-failure, refused-stream, "
            "unavailable, cancelled), and no more on every 5xx", rule.at("httpReqRetries"),
            instead="write retries.retryOn to ask for more",
        )  # fmt: skip
    for view in (timeout, retry):
        if view.has("overrideHeaderName"):
            draft.lost(
                _GONE, view.at("overrideHeaderName"),
                instead="match the header in a rule of its own with another value",
            )  # fmt: skip
    for key in ("httpReqTimeout", "httpReqRetries"):
        if rule.child(key).has("custom"):
            draft.lost(f"{key}.custom has nothing like it", rule.at(key, "custom"),
                       instead="write an EnvoyFilter")  # fmt: skip


def _fault(fault: View, draft: Draft) -> dict[str, Any]:
    found: dict[str, Any] = {}
    delay, abort = fault.child("delay"), fault.child("abort")
    if delay.has("fixedDelay"):
        found["delay"] = {"fixedDelay": delay.data["fixedDelay"], **_percentage(delay)}
    if abort.has("httpStatus"):
        found["abort"] = {"httpStatus": abort.data["httpStatus"], **_percentage(abort)}
    elif abort.has("grpcStatus"):
        found["abort"] = {"grpcStatus": abort.data["grpcStatus"], **_percentage(abort)}
    for view, keys in (
        (delay, ("exponentialDelay", "overrideHeaderName")),
        (abort, ("http2Error", "overrideHeaderName")),
    ):
        for key in keys:
            if view.has(key):
                draft.lost(f"{key} has nothing like it", view.at(key),
                           instead="use a fixed delay or status")  # fmt: skip
    return found


def _percentage(fault: View) -> dict[str, Any]:
    value = fault.data.get("percent")
    return {"percentage": {"value": value if isinstance(value, int | float) else 0}}


def cors_policy(old: Mapping[str, Any]) -> dict[str, Any]:
    """Write a CORS policy with the origins as matches; ``*`` takes any."""
    found = {key: value for key, value in old.items() if key != "allowOrigin"}
    origins = old.get("allowOrigin")
    if isinstance(origins, list) and origins:
        found["allowOrigins"] = [
            {"regex": ".*"} if origin == "*" else {"exact": str(origin)} for origin in origins
        ]
    return found
