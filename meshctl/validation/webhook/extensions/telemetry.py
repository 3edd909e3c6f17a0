"""Checks Telemetries.

Mirrors ValidateTelemetry, pkg/config/validation/validation.go and validation_istiod.go, Istio 1.31.
The CRD refuses null entries, empty names and values, and percentages beyond 100.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, views
from meshctl.validation.cel.syntax import why_not_cel
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn
from meshctl.validation.webhook.fields.selectors import check_selector, check_targets


def check(resource: Resource) -> Iterator[Fault]:
    """Check one Telemetry."""
    spec = resource.spec
    yield from check_selector(spec)
    yield from check_targets(spec)
    for metrics in views(spec, "metrics", View):
        for override in views(metrics, "overrides", View):
            yield from _check_tags(override.child("tagOverrides"))
    yield from _check_tracing(spec)
    for logging in views(spec, "accessLogging", View):
        filtered = logging.child("filter")
        if logging.has("filter") and (why := why_not_cel(filtered.text("expression"))):
            yield refuse(filtered.at("expression"), why)


def _check_tracing(spec: View) -> Iterator[Fault]:
    entries = views(spec, "tracing", View)
    if len(entries) > 1:
        yield warn(spec.at("tracing", 1), "Istio uses one entry of tracing alone")
    for entry in entries:
        if len(views(entry, "providers", View)) > 1:
            yield warn(entry.at("providers", 1), "Istio traces with one provider alone")
        tags = entry.child("customTags")
        if "" in tags.names():
            yield refuse(tags.key(""), "the name of a tag cannot be empty")


def _check_tags(tags: View) -> Iterator[Fault]:
    for name in tags.names():
        tag = tags.child(name)
        if not name:
            yield warn(tags.key(name), "the name of a tag is empty")
        if tag.text("operation") in {"", "UPSERT"} and not tag.text("value"):
            yield refuse(tags.at(name), f"the tag {name} needs a value, or operation: REMOVE")
