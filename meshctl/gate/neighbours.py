"""Lists the objects about which a change of another one may bring something new."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from meshctl.gate.changes import Change
from meshctl.gate.links import CLAIMS
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.mesh.workloads.workloads import is_generated
from meshctl.resources import (
    Gateway,
    KubernetesGateway,
    KubernetesRoute,
    Namespace,
    NetworkPolicy,
    ReferenceGrant,
    Resource,
    Service,
    VirtualService,
    Workload,
    WorkloadEntry,
)

_STEPS = 3
_NOT_WRITTEN = frozenset({"Secret", "ServiceAccount", "ConfigMap", "Node", "Namespace"})
"""Kinds that are no neighbours, as are pods that something else makes: nobody mends a mesh in them."""
_REACHED = frozenset({
    "VirtualService", "DestinationRule", "Service", "APIService", "CustomResourceDefinition",
    "ValidatingWebhookConfiguration", "ScaledObject", "ScaledJob", "AnalysisTemplate",
    "ClusterAnalysisTemplate", "MetricTemplate", "Canary", "GrafanaDatasource",
})  # fmt: skip
"""Kinds that a change reaches through others: a policy by its workloads, their Services, and who calls those."""
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "PeerAuthentication": (
        "PeerAuthentication", "AuthorizationPolicy", "ServiceEntry", "WorkloadEntry",
        "ServiceMonitor", "PodMonitor",
    ),
    "AuthorizationPolicy": ("AuthorizationPolicy", "RequestAuthentication"),
    "RequestAuthentication": ("RequestAuthentication", "AuthorizationPolicy"),
    "Sidecar": ("Sidecar",),
    "Telemetry": ("Telemetry",),
    "EnvoyFilter": ("EnvoyFilter",),
    "WasmPlugin": ("WasmPlugin",),
    "ProxyConfig": ("ProxyConfig",),
    "NetworkPolicy": ("NetworkPolicy",),
}  # fmt: skip
"""Kinds that hold for the same workloads as those of another kind, by no name that ties them."""
_OF_WORKLOADS = (
    "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "Sidecar", "Telemetry",
    "EnvoyFilter", "WasmPlugin", "ProxyConfig",
)  # fmt: skip
"""Kinds that are for all workloads of a namespace, or for those that are left."""
_NAMING_NAMESPACES = ("AuthorizationPolicy", "VirtualService", "DestinationRule", "ServiceEntry")
"""Kinds that name namespaces: as sources, or as those that they are exported to."""
_AT_GATEWAYS = ("AuthorizationPolicy", "RequestAuthentication", "EnvoyFilter")
"""Kinds that are about the hosts and ports that the Gateways of their workloads have."""
_ALONG_ROUTES = frozenset({"AuthorizationPolicy", "RequestAuthentication", "NetworkPolicy"})
"""Kinds that judge what is sent on: what changes a way to their workloads reaches them, too."""
_WAYS = (Gateway, VirtualService, KubernetesRoute, Service)
"""Kinds that lead requests to workloads."""


def neighbours(
    seen: Mapping[Resource, int], change: Change, snapshot: Snapshot, root: str
) -> list[Resource]:
    """List the neighbours of an object that changes, the closest first.

    ``seen`` is what a walk from it has met, with its steps; ``root`` names the root namespace.
    """
    subject = change.subject
    reached = _REACHED | _ALONG_ROUTES if isinstance(subject, _WAYS) else _REACHED
    steps = {
        resource: number
        for resource, number in seen.items()
        if number <= 1 or (number <= _STEPS and resource.kind in reached)
    }
    sides = [resource for resource in change if resource is not None]
    around = [*_selecting(change, snapshot, root), *_holding_alike(subject, snapshot, root)]
    met = [gateway for gateway in seen if isinstance(gateway, Gateway)]
    # Policies at gateways may leave it to those of the workloads behind to ask for tokens.
    around += _at_pods_of(met, ("RequestAuthentication",), snapshot, root)
    for resource in (
        *around,
        *(other for side in sides for other in _beside(side, snapshot, root)),
    ):
        steps.setdefault(resource, 2)
    itself = Identity.of(subject)
    is_waypoint = isinstance(subject, KubernetesGateway)
    found = [
        resource
        for resource, number in steps.items()
        if _is_written(resource)
        or (is_waypoint and number == 1 and isinstance(resource, Namespace))
        if Identity.of(resource) != itself
    ]
    return sorted(found, key=steps.__getitem__)


def _beside(side: Resource, snapshot: Snapshot, root: str) -> Iterator[Resource]:
    """Walk what an object has to do with by its kind, by no name that leads there directly."""
    if isinstance(side, Namespace):
        yield from snapshot.shown_in(side.name)
        for kind in _OF_WORKLOADS:
            yield from snapshot.of_kind_in(root, kind)
        yield from _naming(side.name, snapshot)
    elif isinstance(side, ReferenceGrant):
        yield from _referring_by(side, snapshot)
    elif isinstance(side, Service):
        pods = snapshot.picked(side.selector, side.namespace)
        for pod in {snapshot.look(pod): pod for pod in pods}.values():
            yield from snapshot.serving(pod)
    elif isinstance(side, Gateway):
        yield from _at_pods_of([side], _AT_GATEWAYS, snapshot, root)
    elif CLAIMS in snapshot.links(side).mentions:
        yield from snapshot.of_kind("RequestAuthentication")


def _at_pods_of(
    gateways: Sequence[Gateway], kinds: Iterable[str], snapshot: Snapshot, root: str
) -> Iterator[Resource]:
    """Walk the objects of kinds that may be for the pods of Gateways; without a selector one has all."""
    found = [resource for kind in kinds for resource in snapshot.of_kind(kind)]
    if not found or not gateways:
        return
    selectors = {frozenset(gateway.selector.items()): gateway.selector for gateway in gateways}
    homes = {root, *(gateway.namespace for gateway in gateways)}
    for selector in selectors.values():
        homes.update(pod.namespace for pod in snapshot.picked(selector, None))
    for resource in found:
        if frozenset() in selectors or resource.namespace in homes:
            yield resource


def _naming(namespace: str, snapshot: Snapshot) -> Iterator[Resource]:
    """Walk what speaks of a namespace, which it may not find there."""
    for home in snapshot.namespaces:
        found = snapshot.mentioning(f"{namespace}.{home}")
        yield from (resource for resource in found if resource.kind in _NAMING_NAMESPACES)


def _holding_alike(subject: Resource, snapshot: Snapshot, root: str) -> Iterator[Resource]:
    """Walk what shares workloads with an object: policies of its namespace, and of all of them."""
    for kind in _BESIDE.get(subject.kind, ()):
        if subject.namespace == root:
            yield from snapshot.of_kind(kind)
        else:
            yield from snapshot.of_kind_in(subject.namespace, kind)
            yield from snapshot.of_kind_in(root, kind)


def _referring_by(grant: ReferenceGrant, snapshot: Snapshot) -> Iterator[Resource]:
    """Walk what may refer to objects of another namespace by a grant there."""
    for origin in grant.origins:
        for resource in snapshot.of_kind_in(origin.text("namespace"), origin.text("kind")):
            if grant.namespace in {
                key.rpartition(".")[2] for key in snapshot.links(resource).mentions
            }:
                yield resource


def _selecting(change: Change, snapshot: Snapshot, root: str) -> Iterator[Resource]:
    """Walk what selects pods that come or go, or selects none because of them."""
    home = change.subject.namespace
    for resource in change:
        if isinstance(resource, WorkloadEntry):
            yield from _picking(resource.pod_labels, home, root, snapshot)
    if (
        len(snapshot.in_namespace(home)) <= 1
    ):  # the first or the last object shows that there is one
        yield from _naming(home, snapshot)
    if not change.moves_pods:
        return
    if home == root:  # the gateway that serves Ingresses is found by labels of the mesh config
        yield from snapshot.of_kind("Ingress")
    for kind in _OF_WORKLOADS:
        yield from snapshot.of_kind_in(home, kind)
    for resource in change:
        if isinstance(resource, Workload):
            yield from _picking(resource.pod_labels, home, root, snapshot)
    for service in snapshot.of_kind_in(home, "Service"):  # which may nearly select them
        picked = snapshot.picked(snapshot.links(service).selector, home)
        if snapshot.links(service).selector and all(pod is change.before for pod in picked):
            yield service


def _picking(
    labels: Mapping[str, str], home: str, root: str, snapshot: Snapshot
) -> Iterator[Resource]:
    """Walk the objects whose selector labels fit, those of the root namespace among them.

    NetworkPolicies elsewhere may mean these pods without naming their namespace.
    """
    for resource in snapshot.picking_by_labels(labels):
        if resource.namespace in {home, root} or isinstance(resource, NetworkPolicy):
            yield resource


def _is_written(resource: Resource) -> bool:
    """Does somebody write it, who may mend what is found there?"""
    if isinstance(resource, Workload) and is_generated(resource):
        return False
    return resource.kind not in _NOT_WRITTEN
