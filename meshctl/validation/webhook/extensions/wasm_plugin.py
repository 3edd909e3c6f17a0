"""Checks WasmPlugins.

Mirrors ValidateWasmPlugin, pkg/config/validation/validation.go, Istio 1.31. The CRD refuses URLs
that cannot be read, wrong digests, names that are too long, and variables that are repeated.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.selectors import check_selector, check_targets
from meshctl.validation.webhook.fields.urls import why_not_url


def check(resource: Resource) -> Iterator[Fault]:
    """Check one WasmPlugin."""
    spec = resource.spec
    yield from check_selector(spec)
    yield from check_targets(spec)
    if why := why_not_url(spec.text("url")):
        yield refuse(spec.at("url"), why)
