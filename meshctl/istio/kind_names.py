"""Names the kinds of Kubernetes, Istio and the Gateway API as kubectl does.

Short names are those of ``kubectl api-resources`` (Kubernetes 1.32) and of the CRDs of Istio 1.31
and Gateway API 1.3.
"""

from difflib import get_close_matches

_SHORT_NAMES: dict[str, tuple[str, ...]] = {
    "Pod": ("po",),
    "Deployment": ("deploy",),
    "StatefulSet": ("sts",),
    "DaemonSet": ("ds",),
    "ReplicaSet": ("rs",),
    "ReplicationController": ("rc",),
    "Job": (),
    "CronJob": ("cj",),
    "Rollout": ("ro",),
    "DeploymentConfig": ("dc",),
    "Service": ("svc",),
    "Gateway": ("gw", "gtw"),
    "VirtualService": ("vs",),
    "DestinationRule": ("dr",),
    "ServiceEntry": ("se",),
    "Sidecar": (),
    "WorkloadEntry": ("we",),
    "WorkloadGroup": ("wg",),
    "EnvoyFilter": (),
    "ProxyConfig": (),
    "PeerAuthentication": ("pa",),
    "RequestAuthentication": ("ra",),
    "AuthorizationPolicy": ("ap",),
    "Telemetry": ("telemetry",),
    "WasmPlugin": (),
    "GatewayClass": ("gc",),
    "HTTPRoute": (),
    "GRPCRoute": (),
    "TLSRoute": (),
    "TCPRoute": (),
    "UDPRoute": (),
    "ReferenceGrant": ("refgrant",),
    "BackendTLSPolicy": ("btlspolicy",),
    "Namespace": ("ns",),
    "Node": ("no",),
    "ServiceAccount": ("sa",),
    "ConfigMap": ("cm",),
    "Secret": (),
    "Ingress": ("ing",),
    "NetworkPolicy": ("netpol",),
    "HorizontalPodAutoscaler": ("hpa",),
}
WORKLOAD_KINDS = (
    "Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job",
    "CronJob", "Rollout", "DeploymentConfig",
)  # fmt: skip
"""Kinds that are pods, or make them."""

CLUSTER_SCOPED = frozenset({
    "Namespace", "Node", "GatewayClass", "CustomResourceDefinition", "ClusterRole",
    "ClusterRoleBinding", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    "PersistentVolume", "StorageClass", "PriorityClass", "APIService", "MeshPolicy",
    "ClusterRbacConfig", "ClusterIssuer", "ClusterSecretStore", "ClusterExternalSecret",
    "ClusterTrustBundle", "IngressClass", "RuntimeClass", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "CSIDriver", "ClusterPolicy",
})  # fmt: skip
"""Kinds without a namespace."""


def plural_of(kind: str) -> str:
    """Name a kind as paths of the API do; all kinds here are regular."""
    name = kind.lower()
    if name.endswith(("s", "x")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2] not in "aeiou" else f"{name}s"


_KINDS = {
    name: kind
    for kind, short in _SHORT_NAMES.items()
    for name in (*short, kind.lower(), plural_of(kind))
}


def kind_named(word: str) -> str | None:
    """Give the kind that kubectl takes a word for: ``sts``, ``statefulset.apps``; else ``None``.

    What stands behind the first dot is its API group, as in ``gateways.networking.istio.io``.
    """
    return _KINDS.get(word.lower().partition(".")[0])


def nearest_kinds(word: str) -> list[str]:
    """Name the kinds that a misspelt word may mean."""
    close = get_close_matches(word.lower(), _KINDS, n=3, cutoff=0.7)
    return list(dict.fromkeys(_KINDS[name].lower() for name in close))


def spellings(kind: str) -> tuple[str, ...]:
    """Name the ways to write a kind on a command line, the shortest first."""
    return (*_SHORT_NAMES[kind], kind.lower(), plural_of(kind))
