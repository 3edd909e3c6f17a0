"""The kinds with their API versions and views.

Istio 1.31 serves these versions (manifests/charts/base/files/crd-all.gen.yaml); the removed kinds
and what replaced them are in the release notes of 1.5 to 1.8 and 1.24.
"""

from functools import cache
from typing import Any

from meshctl import resources
from meshctl.istio.api_versions import GATEWAY_API, NETWORKING, SECURITY
from meshctl.resources.resource import Resource
from meshctl.sources.documents import Document

_VIEWS = {
    (NETWORKING, "Gateway"): "Gateway",
    (NETWORKING, "VirtualService"): "VirtualService",
    (NETWORKING, "DestinationRule"): "DestinationRule",
    (NETWORKING, "ServiceEntry"): "ServiceEntry",
    (NETWORKING, "Sidecar"): "Sidecar",
    (NETWORKING, "WorkloadEntry"): "WorkloadEntry",
    (NETWORKING, "WorkloadGroup"): "WorkloadGroup",
    (NETWORKING, "EnvoyFilter"): "EnvoyFilter",
    (NETWORKING, "ProxyConfig"): "ProxyConfig",
    (SECURITY, "PeerAuthentication"): "PeerAuthentication",
    (SECURITY, "RequestAuthentication"): "RequestAuthentication",
    (SECURITY, "AuthorizationPolicy"): "AuthorizationPolicy",
    ("install.istio.io", "IstioOperator"): "IstioOperator",
    ("telemetry.istio.io", "Telemetry"): "Telemetry",
    ("extensions.istio.io", "WasmPlugin"): "WasmPlugin",
    ("extensions.istio.io", "TrafficExtension"): "TrafficExtension",
    (GATEWAY_API, "Gateway"): "KubernetesGateway",
    (GATEWAY_API, "GatewayClass"): "GatewayClass",
    (GATEWAY_API, "ListenerSet"): "ListenerSet",
    (GATEWAY_API, "ReferenceGrant"): "ReferenceGrant",
    (GATEWAY_API, "BackendTLSPolicy"): "BackendTlsPolicy",
    (GATEWAY_API, "HTTPRoute"): "KubernetesRoute",
    (GATEWAY_API, "GRPCRoute"): "KubernetesRoute",
    (GATEWAY_API, "TLSRoute"): "KubernetesRoute",
    (GATEWAY_API, "TCPRoute"): "KubernetesRoute",
    (GATEWAY_API, "UDPRoute"): "KubernetesRoute",
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): "WebhookConfiguration",
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): "WebhookConfiguration",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "CustomResourceDefinition",
    ("", "ServiceAccount"): "ServiceAccount",
    ("", "Service"): "Service",
    ("", "Namespace"): "Namespace",
    ("", "ConfigMap"): "ConfigMap",
    ("", "Secret"): "Secret",
    ("networking.k8s.io", "NetworkPolicy"): "NetworkPolicy",
    ("", "Pod"): "Workload",
    ("", "ReplicationController"): "Workload",
    ("apps", "Deployment"): "Workload",
    ("apps", "StatefulSet"): "Workload",
    ("apps", "DaemonSet"): "Workload",
    ("apps", "ReplicaSet"): "Workload",
    ("batch", "Job"): "Workload",
    ("batch", "CronJob"): "Workload",
    ("argoproj.io", "Rollout"): "Rollout",
    ("flagger.app", "Canary"): "Canary",
    ("serving.knative.dev", "Service"): "KnativeService",
    ("cert-manager.io", "Certificate"): "Certificate",
    ("cert-manager.io", "Issuer"): "CertificateIssuer",
    ("cert-manager.io", "ClusterIssuer"): "CertificateIssuer",
    ("", "DeploymentConfig"): "Workload",
    ("apps.openshift.io", "DeploymentConfig"): "Workload",
}

_LEGACY_GROUPS = {"extensions": "apps"}


@cache
def view_of(group: str, kind: str) -> type[Resource] | None:
    """Import the view of a kind; ``None`` for kinds that have none of their own."""
    name = _VIEWS.get((group, kind))
    view: type[Resource] | None = getattr(resources, name) if name is not None else None
    return view


def views_of(view: type[Resource]) -> tuple[type[Resource], ...]:
    """A view and those it is a kind of: an AuthorizationPolicy is a Policy and a Resource."""
    return tuple(base for base in view.__mro__ if issubclass(base, Resource))


def make_resource(
    document: Document, data: dict[str, Any], prefix: tuple[str | int, ...], namespace: str
) -> Resource:
    """Wrap an object in the view of its kind; other kinds get the plain ``Resource``."""
    kind = data.get("kind")
    version = data.get("apiVersion")
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    group = _LEGACY_GROUPS.get(group, group)
    view = view_of(group, kind) if isinstance(kind, str) else None
    return (view or Resource)(document, data, prefix, namespace)
