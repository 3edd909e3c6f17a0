"""Checks CORS policies.

Mirrors validateCORSPolicy, pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.istio.durations import nanoseconds
from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.durations import check_durations
from meshctl.validation.webhook.routing.headers import why_not_cors_name
from meshctl.validation.webhook.routing.string_matches import check_regex
from meshctl.words import quoted

SECOND = 10**9
METHODS = frozenset({
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*",
})  # fmt: skip


def check_cors(policy: View) -> Iterator[Fault]:
    """Check a CORS policy."""
    for origin in views(policy, "allowOrigins", View):
        if not any(origin.text(key) for key in ("exact", "prefix", "regex")):
            yield refuse(origin.at(), "an allowed origin needs an exact, prefix or regex text")
        else:
            yield from check_regex(origin)
    for at, method in enumerate(policy.texts("allowMethods")):
        if method not in METHODS:
            known = " ".join(sorted(METHODS))
            yield refuse(policy.at("allowMethods", at), f"{quoted(method)} is not one of {known}")
    for key in ("allowHeaders", "exposeHeaders"):
        for at, name in enumerate(policy.texts(key)):
            if why := why_not_cors_name(name):
                yield refuse(policy.at(key, at), why)
    yield from check_durations(policy, "maxAge")
    age = nanoseconds(policy.text("maxAge"))
    if age is not None and age > 0 and age % SECOND:
        yield refuse(
            policy.at("maxAge"), f"maxAge is {policy.text('maxAge')}; browsers know whole seconds"
        )
