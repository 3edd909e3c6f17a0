"""Checks headers that Istio matches, changes or adds.

Mirrors the header checks of pkg/config/validation/validation.go and pkg/jwt/routing.go, Istio
1.31.
"""

import re
from collections.abc import Iterator

from meshctl.lazy_pattern import lazy_pattern
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.routing.header_values import why_not_header_value
from meshctl.words import quoted

CLAIMS = "@request.auth.claims"

_TOKEN = lazy_pattern(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_CLAIM = lazy_pattern(r"\..+|\[.+\]", re.DOTALL)
_PSEUDO_HEADERS = frozenset({":method", ":scheme", ":authority", ":path", ":status"})


def is_claim(name: str) -> bool:
    """Does a header match mean a claim of the caller's token?"""
    return (
        name[: len(CLAIMS)].lower() == CLAIMS and _CLAIM.fullmatch(name[len(CLAIMS) :]) is not None
    )


def is_authority(name: str) -> bool:
    """Is it the header that names the host, in either spelling?"""
    return name.lower() in {":authority", "host"}


def why_not_matched_name(name: str) -> str | None:
    """Say why no match can name this header."""
    if name in _PSEUDO_HEADERS or is_claim(name):
        return None
    return why_not_token(name)


def why_not_cors_name(name: str) -> str | None:
    """Say why a CORS policy cannot name this header."""
    return None if name == "*" else why_not_token(name)


def why_not_token(name: str) -> str | None:
    """Say why no HTTP header can have this name."""
    if not name:
        return "the name of a header cannot be empty"
    if not _TOKEN.fullmatch(name):
        return f"{quoted(name)} cannot name a header; allowed: letters, digits and -_.~!#$%&'*+^`|"
    return None


def check_operations(headers: View) -> Iterator[Fault]:
    """Check what ``headers`` of a route or destination adds, sets and removes."""
    for side in ("request", "response"):
        changes = headers.child(side)
        for operation in ("add", "set"):
            place = changes.child(operation)
            for name, value in changes.labels_of(operation).items():
                why = _why_not_changed(name, is_request=side == "request")
                if why:
                    yield refuse(place.key(name), why)
                if why := why_not_header_value(value):
                    yield refuse(place.at(name), why)
        for at, name in enumerate(changes.texts("remove")):
            if why := _why_not_changed(name, is_request=False):
                yield refuse(changes.at("remove", at), why)


def _why_not_changed(name: str, *, is_request: bool) -> str | None:
    """Only what a request sends can change its authority."""
    if not name:
        return "the name of a header cannot be empty"
    if is_authority(name) and is_request:
        return None
    if name.lower() == "host":
        return "the Host header can only be added or set, and only on requests"
    if name.startswith(":"):
        return f"{quoted(name)} cannot be changed: names that begin with a colon belong to HTTP/2"
    return None
