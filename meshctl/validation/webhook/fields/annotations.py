"""Checks the annotations of an Istio object.

Mirrors validateMetadata and checkDryRunAnnotation, pkg/config/validation/validation.go, 1.31.
"""

from meshctl.istio.annotation_names import DRY_RUN
from meshctl.resources.resource import Resource
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.words import quoted

_RESERVED = {
    "internal.istio.io/webhook-always-reject": "it makes Istio's webhook refuse every object",
    "internal.istio.io/parent-namespace": "only istiod itself may set it",
    "internal.istio.io/parents": "only istiod itself may set it",
}
_BOOLEANS = frozenset({
    "1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False",
})  # fmt: skip


def check_annotations(resource: Resource) -> Fault | None:
    """Find the first annotation that is refused."""
    annotations = resource.annotations
    if not annotations:
        return None
    place = resource.child("metadata", "annotations")
    if DRY_RUN in annotations and (why := _why_not_dry_run(resource, annotations[DRY_RUN])):
        return refuse(place.at(DRY_RUN), why)
    for name, why in _RESERVED.items():
        if name in annotations:
            return refuse(place.key(name), f"remove the annotation {name}: {why}")
    return None


def _why_not_dry_run(resource: Resource, value: str) -> str | None:
    if resource.kind != "AuthorizationPolicy":
        return f"{DRY_RUN} works for an AuthorizationPolicy alone; remove it from this one"
    action = resource.spec.text("action", "ALLOW")
    if action not in {"ALLOW", "DENY"}:
        return f"{DRY_RUN} works for the actions ALLOW and DENY; this policy has {action}"
    if value not in _BOOLEANS:
        return f'{DRY_RUN} is "true" or "false", not {quoted(value)}'
    return None
