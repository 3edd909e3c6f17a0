"""Istio's annotations on objects and pod templates, and where they are written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.istio.annotation_names import (
    EXCLUDE_INBOUND_PORTS,
    INCLUDE_INBOUND_PORTS,
    INCLUDE_OUTBOUND_RANGES,
    INGRESS_CLASS,
    INTERCEPTION_MODE,
    SIDECAR_STATUS,
)
from meshctl.istio.annotations import Definition, definition
from meshctl.istio.api_versions import GATEWAY_API, SERVED_VERSIONS
from meshctl.istio.labels import REVISION
from meshctl.istio.names import VALIDATION_CONTAINER
from meshctl.resources import Ref, Resource, View, Workload

# Written by Istio itself (AlwaysIgnoredAnnotations, pkg/config/analysis/analyzers/maturity).
_OWN = frozenset({
    SIDECAR_STATUS, "gateway.istio.io/controller-version", REVISION,
})  # fmt: skip
# istio-cni leaves these with their defaults on every pod that it redirects.
_CNI_DEFAULTS = {
    INTERCEPTION_MODE: "REDIRECT",
    EXCLUDE_INBOUND_PORTS: "15020",
    INCLUDE_INBOUND_PORTS: "*",
    INCLUDE_OUTBOUND_RANGES: "*",
}


class AnnotationUse(NamedTuple):
    """One annotation of Istio on an object or, with kind ``Pod``, on its pod template."""

    name: str
    value: str | None
    """``None`` when it is not a string; the API server refuses those."""
    kind: str
    ref: Ref
    definition: Definition | None
    labels: Mapping[str, str]
    """The labels beside it."""
    is_pod_to_be: bool
    """Will a pod be made with it?"""


class Annotations:
    """The annotations of Istio by object."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._uses: dict[Resource, Sequence[AnnotationUse]] = {}
        for resource in resources:
            found = resource.once(_uses)
            if found:
                self._uses[resource] = found

    def of(self, resource: Resource) -> Sequence[AnnotationUse]:
        """The annotations that somebody wrote for Istio, on the object and its pod template."""
        return self._uses.get(resource, ())


def _is_checked(resource: Resource) -> bool:
    """Is this a kind that Istio reads annotations of? An Ingress may serve another controller."""
    return (
        isinstance(resource, Workload)
        or resource.kind in {"Namespace", "Service"}
        or (resource.group, resource.kind) in SERVED_VERSIONS
        or resource.group == GATEWAY_API
    )


def _uses(resource: Resource) -> tuple[AnnotationUse, ...]:
    if not _is_checked(resource):
        return ()
    if not isinstance(resource, Workload):
        return tuple(_in(resource.child("metadata"), resource.kind, resource))
    metadata = (*resource.outer_metadata, ("Pod", resource.template.child("metadata")))
    return tuple(use for kind, view in metadata for use in _in(view, kind, resource))


def _in(metadata: View, kind: str, resource: Resource) -> Iterator[AnnotationUse]:
    annotations = metadata.child("annotations")
    for name, value in annotations.data.items():
        if not isinstance(name, str) or not _is_of_istio(name):
            continue
        if _is_by_cni(name, value, resource):
            continue
        yield AnnotationUse(
            name,
            value if isinstance(value, str) else None,
            kind,
            annotations.key(name),
            definition(name),
            metadata.labels_of("labels"),
            isinstance(resource, Workload) and kind == "Pod",
        )


def _is_of_istio(name: str) -> bool:
    domain = name.partition("/")[0]
    # Operators write annotations of their own below operator.istio.io; nobody types them.
    mine = domain.endswith("istio.io") and not domain.endswith("operator.istio.io")
    return (mine or name == INGRESS_CLASS) and name not in _OWN


def _is_by_cni(name: str, value: object, resource: Resource) -> bool:
    return (
        _CNI_DEFAULTS.get(name, resource) == value
        and isinstance(resource, Workload)
        and any(container.name == VALIDATION_CONTAINER for container in resource.init_containers)
    )
