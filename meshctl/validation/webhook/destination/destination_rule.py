"""Checks DestinationRules.

Mirrors ValidateDestinationRule, pkg/config/validation/validation.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.istio.destination_rule import DestinationRule
from meshctl.resources.resource import Resource
from meshctl.resources.view import View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.destination.destinations import why_not_subset_name
from meshctl.validation.webhook.destination.traffic_policies import check_traffic_policy
from meshctl.validation.webhook.edges.exports import check_export_to, check_exports_of_selected
from meshctl.validation.webhook.fields.hosts import why_not_host
from meshctl.validation.webhook.fields.labels import check_labels
from meshctl.validation.webhook.fields.selectors import check_selector
from meshctl.words import quoted


def check(resource: Resource) -> Iterator[Fault]:
    """Check one DestinationRule."""
    spec = resource.spec
    if why := why_not_host(spec.text("host")):
        yield refuse(spec.at("host"), why)
    yield from check_traffic_policy(spec)
    assert isinstance(resource, DestinationRule)  # noqa: S101 - narrows the type
    seen = set()
    for subset in resource.subsets:
        name = subset.text("name")
        if name in seen:
            yield refuse(subset.at("name"), f"two subsets are named {quoted(name)}")
        seen.add(name)
        yield from _check_subset(subset)
    yield from check_export_to(resource)
    yield from check_exports_of_selected(resource)
    yield from check_selector(spec, "workloadSelector")


def _check_subset(subset: View) -> Iterator[Fault]:
    """Check one subset; the webhook keeps warnings about its policy to itself."""
    if why := why_not_subset_name(subset.text("name")):
        yield refuse(subset.at("name"), why)
    yield from check_labels(subset, "labels")
    yield from (fault for fault in check_traffic_policy(subset) if not fault.is_warning)
