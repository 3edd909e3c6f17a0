"""The kinds that are listed when a cluster is read, with their API versions.

Pods are what runs; of what makes them only the kinds whose template people write are listed, so
that ReplicaSets, and Jobs of CronJobs, count nothing twice. CustomResourceDefinitions are left out
for their size.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from meshctl.cluster.api import Kind
from meshctl.istio.api_versions import GATEWAY_API, SERVED_VERSIONS
from meshctl.istio.kind_names import CLUSTER_SCOPED, plural_of

_GATEWAY_VERSIONS = ("v1", "v1beta1", "v1alpha3", "v1alpha2")
_KUBERNETES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "": (("v1",), ("Pod", "Service", "Namespace", "ServiceAccount", "Secret", "Node")),
    "apps": (("v1",), ("Deployment", "StatefulSet", "DaemonSet")),
    "batch": (("v1",), ("Job", "CronJob")),
    "argoproj.io": (("v1alpha1",), ("Rollout",)),
    "autoscaling": (("v2", "v1"), ("HorizontalPodAutoscaler",)),
    "keda.sh": (("v1alpha1",), ("ScaledObject",)),
    "admissionregistration.k8s.io": (
        ("v1",), ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"),
    ),
    GATEWAY_API: (
        _GATEWAY_VERSIONS,
        (
            "Gateway", "GatewayClass", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute",
            "ReferenceGrant", "BackendTLSPolicy",
        ),
    ),
}  # fmt: skip
"""Versions, the best first, and kinds by group; not every kind has every version."""

METADATA_ONLY = frozenset({"Secret"})
"""Kinds of which names and labels are enough: keys stay where they are."""


class ListedKind(NamedTuple):
    """A kind with the versions it may be served in, the best first."""

    group: str
    kind: str
    versions: tuple[str, ...]

    def served(self, versions: Mapping[str, Sequence[str]] | None) -> Iterator[Kind]:
        """Walk the forms that a cluster may answer to; ``None`` is for unknown versions."""
        for version in self.versions:
            if versions is None or not self.group or version in versions.get(self.group, ()):
                yield kind_of(self.group, version, self.kind)


def listed_kinds() -> list[ListedKind]:
    """List what the mesh model reads, the kinds with the most objects first."""
    found = [
        ListedKind(group, kind, versions)
        for group, (versions, kinds) in _KUBERNETES.items()
        for kind in kinds
    ]
    found += [ListedKind(*kind, versions) for kind, versions in SERVED_VERSIONS.items()]
    return found


def kind_of(group: str, version: str, kind: str) -> Kind:
    """Complete a kind by its plural and its reach."""
    return Kind(group, version, plural_of(kind), kind, kind not in CLUSTER_SCOPED)
