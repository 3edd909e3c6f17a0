"""Selectors that pick the target of a Canary, and not the copy that gets the requests.

Flagger 1.41 copies the Deployment with one label changed, and scales the target to zero where no
new version is tried (makePrimaryLabels and ScaleToZero, pkg/canary/deployment_controller.go of its
source). What selects by the old label misses the pods that serve.
"""

from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.mesh.core.selectors import selects
from meshctl.resources import Canary, Ref, Resource, Service, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.kubernetes.canary import PRIMARY

_SELECTORS = {
    "AuthorizationPolicy": ("selector", "matchLabels"),
    "RequestAuthentication": ("selector", "matchLabels"),
    "PeerAuthentication": ("selector", "matchLabels"),
    "Telemetry": ("selector", "matchLabels"),
    "WasmPlugin": ("selector", "matchLabels"),
    "TrafficExtension": ("selector", "matchLabels"),
    "ProxyConfig": ("selector", "matchLabels"),
    "Sidecar": ("workloadSelector", "labels"),
    "EnvoyFilter": ("workloadSelector", "labels"),
    "NetworkPolicy": ("podSelector", "matchLabels"),
    "Service": ("selector",),
}


class Copy(NamedTuple):
    """A Canary with its target and the copy; ``label`` is the one that differs."""

    canary: Canary
    target: Workload
    primary: Workload
    label: str

    def rewrites(self, resource: Resource) -> bool:
        """Is it one of the Services whose selectors Flagger itself writes?"""
        name = self.canary.service_name
        return isinstance(resource, Service) and resource.name in {name, f"{name}-canary"}


class CopiedPods:
    """The copies that Flagger makes, by the labels of their targets."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def left_out(self, resource: Resource) -> tuple[Copy, Ref] | None:
        """Find the copy that a selector misses, with the place of the label that does it.

        Not where another object of the kind picks the copy.
        """
        path = _SELECTORS.get(resource.kind)
        if path is None or not self._copies:
            return None
        selector = resource.spec.child(*path[:-1]).labels_of(path[-1])
        for item in selector.items():
            for copy in self._copies.get((resource.namespace, *item), ()):
                if (
                    selects(selector, copy.target.pod_labels)
                    and not copy.rewrites(resource)
                    and not self._has_own(resource, copy)
                ):
                    return copy, resource.spec.at(*path, copy.label)
        return None

    def _has_own(self, resource: Resource, copy: Copy) -> bool:
        path = _SELECTORS[resource.kind]
        labels = copy.primary.pod_labels
        return any(
            selects(other.spec.child(*path[:-1]).labels_of(path[-1]), labels)
            for other in self._parts.of(type(resource))
            if other.namespace == resource.namespace
            and other.is_judged
            and copy.label in other.spec.child(*path[:-1]).labels_of(path[-1])
        )

    @cached_property
    def _copies(self) -> dict[tuple[str, str, str], list[Copy]]:
        found: dict[tuple[str, str, str], list[Copy]] = {}
        by_name = {
            (workload.namespace, workload.kind, workload.name): workload
            for workload in self._parts.of(Workload)
        }
        for canary in self._parts.of(Canary):
            kind, name = canary.target.text("kind") or "Deployment", canary.target.text("name")
            target = by_name.get((canary.namespace, kind, name))
            primary = by_name.get((canary.namespace, kind, f"{name}{PRIMARY}"))
            label = canary.label_of(target) if target is not None else ""
            if target is not None and primary is not None and label in target.pod_labels:
                key = canary.namespace, label, target.pod_labels[label]
                found.setdefault(key, []).append(Copy(canary, target, primary, label))
        return found
