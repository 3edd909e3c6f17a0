"""Which kinds does the fake API server know, and how does it list them for discovery?"""

from collections.abc import Iterable
from typing import Any, NamedTuple

_TABLE = """
v1 Pod Service ConfigMap Secret ServiceAccount Endpoints Event ReplicationController
v1 Namespace* Node*
apps/v1 Deployment ReplicaSet StatefulSet DaemonSet
batch/v1 Job CronJob
discovery.k8s.io/v1 EndpointSlice
networking.k8s.io/v1 Ingress NetworkPolicy
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration* ValidatingWebhookConfiguration*
apiextensions.k8s.io/v1 CustomResourceDefinition*
networking.istio.io/v1 VirtualService DestinationRule Gateway ServiceEntry Sidecar
networking.istio.io/v1 WorkloadEntry WorkloadGroup
networking.istio.io/v1beta1 VirtualService DestinationRule Gateway ServiceEntry Sidecar
networking.istio.io/v1beta1 WorkloadEntry WorkloadGroup ProxyConfig
networking.istio.io/v1alpha3 VirtualService DestinationRule Gateway ServiceEntry Sidecar
networking.istio.io/v1alpha3 WorkloadEntry WorkloadGroup EnvoyFilter
security.istio.io/v1 PeerAuthentication AuthorizationPolicy RequestAuthentication
security.istio.io/v1beta1 PeerAuthentication AuthorizationPolicy RequestAuthentication
telemetry.istio.io/v1 Telemetry
telemetry.istio.io/v1alpha1 Telemetry
extensions.istio.io/v1alpha1 WasmPlugin
gateway.networking.k8s.io/v1 Gateway HTTPRoute GRPCRoute GatewayClass* BackendTLSPolicy
gateway.networking.k8s.io/v1beta1 Gateway HTTPRoute ReferenceGrant
gateway.networking.k8s.io/v1alpha2 TCPRoute TLSRoute UDPRoute
coordination.k8s.io/v1 Lease
authentication.k8s.io/v1 SelfSubjectReview*
authorization.k8s.io/v1 SelfSubjectAccessReview* SelfSubjectRulesReview*
"""

_PLURALS = {"Endpoints": "endpoints"}
_SHORT = {"pods": "po", "services": "svc", "configmaps": "cm", "namespaces": "ns"}


class ServedKind(NamedTuple):
    """A kind at one version of its group."""

    group: str
    version: str
    kind: str
    plural: str
    is_namespaced: bool


def plural_of(kind: str) -> str:
    """``VirtualService`` is ``virtualservices``, ``Gateway`` is ``gateways``, ``BackendTLSPolicy``
    is ``backendtlspolicies``."""
    name = kind.lower()
    if kind in _PLURALS:
        return _PLURALS[kind]
    if name.endswith("y") and name[-2] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch")) else f"{name}s"


def known_kinds(without: Iterable[str] = ()) -> list[ServedKind]:
    """The built-in table, but for whole groups that are not installed."""
    found = []
    for line in _TABLE.split("\n"):
        api_version, *kinds = line.split() or [""]
        group, version = split(api_version)
        found += [
            ServedKind(
                group, version, kind.rstrip("*"), plural_of(kind.rstrip("*")), "*" not in kind
            )
            for kind in kinds
            if group not in without
        ]
    return found


def split(api_version: str) -> tuple[str, str]:
    """Group and version; the core group is empty."""
    group, _, version = api_version.rpartition("/")
    return group, version


def group_list(kinds: Iterable[ServedKind]) -> dict[str, Any]:
    """``/apis``."""
    groups: dict[str, dict[str, None]] = {}
    for kind in kinds:
        if kind.group:
            groups.setdefault(kind.group, {})[kind.version] = None
    return {
        "kind": "APIGroupList",
        "apiVersion": "v1",
        "groups": [group_of(name, tuple(versions)) for name, versions in groups.items()],
    }


def group_of(name: str, versions: tuple[str, ...]) -> dict[str, Any]:
    """One entry of ``/apis``; also ``/apis/GROUP``."""
    listed = [{"groupVersion": f"{name}/{version}", "version": version} for version in versions]
    return {"name": name, "versions": listed, "preferredVersion": listed[0]}


def resource_list(group_version: str, kinds: Iterable[ServedKind]) -> dict[str, Any]:
    """``/api/v1`` and ``/apis/GROUP/VERSION``."""
    resources = []
    for kind in kinds:
        reviews = kind.kind.startswith("SelfSubject")
        verbs = ["create"] if reviews else ["create", "get", "list", "watch"]
        item: dict[str, Any] = {
            "name": kind.plural,
            "singularName": kind.kind.lower(),
            "kind": kind.kind,
        }
        if kind.plural in _SHORT and not kind.group:
            item["shortNames"] = [_SHORT[kind.plural]]
        resources.append({**item, "namespaced": kind.is_namespaced, "verbs": verbs})
        if kind.kind == "Pod":
            name = {"name": "pods/portforward", "singularName": "", "kind": "PodPortForwardOptions"}
            resources.append({**name, "namespaced": True, "verbs": ["create", "get"]})
        if kind.kind == "ServiceAccount":
            name = {"name": "serviceaccounts/token", "singularName": "", "kind": "TokenRequest"}
            resources.append({**name, "namespaced": True, "verbs": ["create"]})
    return {
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": group_version,
        "resources": resources,
    }
