"""Lists the objects about which a change of another one may bring something new."""

from collections.abc import Iterator, Mapping

from meshctl.gate.changes import Change
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.mesh.workloads.workloads import is_generated
from meshctl.resources import Namespace, Resource, Workload

_STEPS = 3
_NOT_WRITTEN = frozenset({"Secret", "ServiceAccount", "ConfigMap", "Node", "Namespace"})
"""Kinds that are no neighbours, as are pods that something else makes: nobody mends a mesh in them."""
_REACHED = frozenset({"VirtualService", "DestinationRule", "Service"})
"""Kinds that a change reaches through others: a policy by its workloads, and their Services."""
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "PeerAuthentication": (
        "PeerAuthentication", "AuthorizationPolicy", "ServiceEntry", "WorkloadEntry",
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
_OF_WORKLOADS = ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication", "Sidecar")
"""Kinds that are for all workloads of a namespace, or for those that are left."""


def neighbours(
    seen: Mapping[Resource, int], change: Change, snapshot: Snapshot, root: str
) -> list[Resource]:
    """List the neighbours of an object that changes, the closest first.

    ``seen`` is what a walk from it has met, with its steps; ``root`` names the root namespace.
    """
    subject = change.subject
    steps = {
        one: number
        for one, number in seen.items()
        if number <= 1 or (number <= _STEPS and one.kind in _REACHED)
    }
    for one in _beside(subject, snapshot, root):
        steps.setdefault(one, 2)
    if change.moves_pods:
        for kind in _OF_WORKLOADS:
            for one in snapshot.of_kind_in(subject.namespace, kind):
                steps.setdefault(one, 2)
    itself = Identity.of(subject)
    found = [one for one in steps if _is_written(one) and Identity.of(one) != itself]
    return sorted(found, key=steps.__getitem__)


def _beside(subject: Resource, snapshot: Snapshot, root: str) -> Iterator[Resource]:
    """Walk what shares workloads with an object: policies of its namespace, and of all of them."""
    if isinstance(subject, Namespace):
        yield from snapshot.shown_in(subject.name)
    for kind in _BESIDE.get(subject.kind, ()):
        if subject.namespace == root:
            yield from snapshot.of_kind(kind)
        else:
            yield from snapshot.of_kind_in(subject.namespace, kind)
            yield from snapshot.of_kind_in(root, kind)


def _is_written(one: Resource) -> bool:
    """Does somebody write it, who may mend what is found there?"""
    if isinstance(one, Workload) and is_generated(one):
        return False
    return one.kind not in _NOT_WRITTEN
