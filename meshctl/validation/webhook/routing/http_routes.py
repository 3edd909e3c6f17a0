"""Checks HTTP routes.

Mirrors validateHTTPRoute, pkg/config/validation/virtualservice.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.istio.virtual_service import Match, Route
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.destination.destinations import check_destination, check_routes
from meshctl.validation.webhook.fields.durations import check_durations
from meshctl.validation.webhook.fields.hosts import is_label
from meshctl.validation.webhook.fields.labels import check_labels
from meshctl.validation.webhook.fields.ports import check_optional_number
from meshctl.validation.webhook.routing.cors import check_cors
from meshctl.validation.webhook.routing.fault_injection import check_fault
from meshctl.validation.webhook.routing.gateway_names import check_gateways
from meshctl.validation.webhook.routing.headers import (
    check_operations,
    is_authority,
    why_not_matched_name,
)
from meshctl.validation.webhook.routing.redirects import (
    check_direct_response,
    check_redirect,
    check_rewrite,
)
from meshctl.validation.webhook.routing.retries import check_retries
from meshctl.validation.webhook.routing.string_matches import check_regex, check_string_match
from meshctl.words import quoted

WHOLE = 100

_ANSWERS = ("redirect", "directResponse", "route")
_ACTIONS = frozenset({"delegate", *_ANSWERS, "fault", "rewrite"})
_MIRRORING = frozenset({
    "mirror", "mirrors", "mirrorPercent", "mirror_percent", "mirrorPercentage",
})  # fmt: skip


def check_http_route(route: Route, *, is_delegate: bool, converted: bool) -> Iterator[Fault]:
    """Check one HTTP route."""
    written = route.names()
    yield from _check_conflicts(route, is_delegate=is_delegate)
    for match in route.matches:
        yield from _check_match(match)
    if "headers" in written:
        yield from check_operations(route.child("headers"))
        yield from _check_authority(route)
    if "corsPolicy" in written:
        yield from check_cors(route.child("corsPolicy"))
    if "fault" in written:
        yield from check_fault(route)
    if not _MIRRORING.isdisjoint(written):
        yield from _check_mirrors(route)
    if "redirect" in written:
        yield from check_redirect(route)
    if "directResponse" in written:
        yield from check_direct_response(route.child("directResponse"))
    if "retries" in written:
        yield from check_retries(route.child("retries"))
    if "rewrite" in written:
        yield from check_rewrite(route.child("rewrite"))
    for destination in route.routes:
        if destination.has("headers"):
            yield from check_operations(destination.child("headers"))
    yield from check_routes(route, converted=converted)
    yield from check_durations(route, "timeout")


def _check_conflicts(route: View, *, is_delegate: bool) -> Iterator[Fault]:
    """Check that the route does one thing: delegate, redirect, answer itself, or send on."""
    has = set(_ACTIONS.intersection(route.names()))
    if route.data.get("route") == []:
        has.discard("route")
    if "delegate" in has and not is_delegate:
        for key in ("redirect", "route"):
            if key in has:
                yield refuse(route.key(key), f"a route that delegates cannot have a {key} itself")
        return
    if "delegate" in has:
        yield refuse(route.key("delegate"), "a delegate cannot delegate further")
    answer = next((key for key in _ANSWERS if key in has), None)
    if answer is None:
        needed = "route, redirect, directResponse" + ("" if is_delegate else " or delegate")
        yield refuse(route.at(), f"this route sends nothing anywhere; it needs one of: {needed}")
    elif answer != "route":
        for key in ("directResponse", "route", "fault", "rewrite"):
            if key in has and key != answer:
                yield refuse(
                    route.key(key), f"{key} cannot act beside {answer}, which ends the route"
                )
    if route.has("mirror") and route.data.get("mirrors"):
        yield refuse(route.key("mirror"), "mirror and mirrors exclude each other; use mirrors")


def _check_match(match: Match) -> Iterator[Fault]:
    written = match.names()
    for key in ("headers", "withoutHeaders", "queryParams"):
        if key not in written:
            continue
        texts = match.child(key)
        for name in texts.names():
            if key != "queryParams" and (why := why_not_matched_name(name)):
                yield refuse(texts.key(name), why)
            # Istio reads the regex * below withoutHeaders as "the header is there".
            if key != "withoutHeaders" or texts.child(name).text("regex") != "*":
                yield from check_string_match(texts.child(name))
    for key in ("scheme", "method", "authority"):
        if key in written:
            yield from check_string_match(match.child(key))
    if "uri" in written:
        yield from check_regex(match.child("uri"))
    yield from check_optional_number(match, "port")
    yield from check_labels(match, "sourceLabels")
    yield from (fault for fault in check_gateways(match) if not fault.is_warning)
    namespace = match.text("sourceNamespace")
    if namespace and not is_label(namespace):
        yield refuse(match.at("sourceNamespace"), f"{quoted(namespace)} is not a namespace")


def _check_mirrors(route: View) -> Iterator[Fault]:
    for key in ("mirrorPercent", "mirror_percent"):
        if route.has(key):
            if (percent := route.number(key) or 0) > WHOLE:
                yield refuse(route.at(key), f"{key} is {percent}; it is {WHOLE} at most")
            yield warn(route.key(key), f"{key} is deprecated; use mirrorPercentage")
    yield from _check_percentage(route, "mirrorPercentage")
    if route.has("mirror"):
        yield from check_destination(route.child("mirror"))
    for mirror in views(route, "mirrors", View):
        yield from check_destination(mirror.child("destination"))
        yield from _check_percentage(mirror, "percentage")


def _check_percentage(owner: View, key: str) -> Iterator[Fault]:
    if not owner.has(key):
        return
    value = owner.child(key).data.get("value")
    if isinstance(value, int | float) and not 0 <= value <= WHOLE:
        yield refuse(owner.at(key, "value"), f"{value} is no percentage; it is 0 to {WHOLE}")


def _check_authority(route: View) -> Iterator[Fault]:
    """Check that one place alone changes the authority."""
    request = route.child("headers", "request")
    is_changed = bool(route.child("rewrite").text("authority"))
    for operation in ("set", "add"):
        for name, value in request.labels_of(operation).items():
            if not is_authority(name):
                continue
            if is_changed:
                yield refuse(
                    request.child(operation).key(name),
                    f"{name} changes the authority of the request, which another setting does already",
                )
            is_changed = is_changed or bool(value)
