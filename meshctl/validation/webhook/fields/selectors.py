"""Checks selectors and target references.

Mirrors ValidateAlphaWorkloadSelector, validateWorkloadSelector and validatePolicyTargetReference,
pkg/config/validation/validation.go, Istio 1.31.

The CRDs refuse already: two ways to choose at once, wildcards and empty keys in ``matchLabels``,
wildcards in the values of ``labels``, a target without a name or with a namespace.
"""

from collections.abc import Iterator

from meshctl.resources.view import View, views
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse, warn

TARGETS = (
    ("", "Service"),
    ("networking.istio.io", "ServiceEntry"),
    ("gateway.networking.k8s.io", "Gateway"),
    ("gateway.networking.k8s.io", "GatewayClass"),
)
"""Group and kind of what a policy may be attached to."""


def check_selector(spec: View, key: str = "selector") -> Iterator[Fault]:
    """Check a selector with ``matchLabels``."""
    if spec.has(key) and not spec.child(key, "matchLabels").names():
        yield warn(spec.key(key), f"{key} has no labels, so it selects every workload there is")


def check_targets(spec: View) -> Iterator[Fault]:
    """Check what ``targetRef`` and ``targetRefs`` name."""
    refs = views(spec, "targetRefs", View)
    for ref in (spec.child("targetRef"), *refs) if spec.has("targetRef") else refs:
        group, kind = ref.text("group"), ref.text("kind")
        if ("" if group == "core" else group, kind) not in TARGETS:
            named = f"{group}/{kind}" if group else kind
            allowed = ", ".join(f"{g}/{k}" if g else k for g, k in TARGETS)
            yield refuse(
                ref.at("kind"), f"{named} cannot be a target; policies attach to: {allowed}"
            )


def check_workload_selector(spec: View) -> Iterator[Fault]:
    """Check a ``workloadSelector`` with ``labels``; an error in it ends the webhook's checks."""
    if not spec.has("workloadSelector"):
        return
    selector = spec.child("workloadSelector")
    labels = selector.child("labels")
    for name, value in selector.labels_of("labels").items():
        if not name:
            yield refuse(labels.key(name), "the key of a label in a selector cannot be empty")
        if "*" in name or "*" in value:
            yield refuse(
                labels.at(name), f"{name}={value} has a *; a selector compares labels as they are"
            )
    if not labels.names():
        yield warn(
            spec.key("workloadSelector"),
            "workloadSelector has no labels, so it selects every workload in the namespace",
        )
