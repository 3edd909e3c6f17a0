"""Which kinds exist, in which API versions, and which view reads them?

Istio 1.31 serves these versions (manifests/charts/base/files/crd-all.gen.yaml); the removed kinds
and what replaced them are in the release notes of 1.5 to 1.8 and 1.24.
"""

from typing import Any

from meshctl.resources.authorization_policy import AuthorizationPolicy
from meshctl.resources.config_map import ConfigMap
from meshctl.resources.custom_resource_definition import CustomResourceDefinition
from meshctl.resources.destination_rule import DestinationRule
from meshctl.resources.envoy_filter import EnvoyFilter
from meshctl.resources.gateway import Gateway
from meshctl.resources.istio_operator import IstioOperator
from meshctl.resources.kubernetes_gateway import GatewayClass, KubernetesGateway, ReferenceGrant
from meshctl.resources.kubernetes_route import GATEWAY_API, KubernetesRoute
from meshctl.resources.namespace import Namespace
from meshctl.resources.peer_authentication import PeerAuthentication
from meshctl.resources.policy import RequestAuthentication, TrafficExtension, WasmPlugin
from meshctl.resources.proxy_config import ProxyConfig
from meshctl.resources.resource import Resource
from meshctl.resources.secret import Secret
from meshctl.resources.service import Service
from meshctl.resources.service_account import ServiceAccount
from meshctl.resources.service_entry import ServiceEntry
from meshctl.resources.sidecar import Sidecar
from meshctl.resources.telemetry import Telemetry
from meshctl.resources.virtual_service import VirtualService
from meshctl.resources.webhook_configuration import WebhookConfiguration
from meshctl.resources.workload import Workload, WorkloadEntry, WorkloadGroup
from meshctl.sources.documents import Document

NETWORKING = "networking.istio.io"
SECURITY = "security.istio.io"

VIEWS: dict[tuple[str, str], type[Resource]] = {
    (NETWORKING, "Gateway"): Gateway,
    (NETWORKING, "VirtualService"): VirtualService,
    (NETWORKING, "DestinationRule"): DestinationRule,
    (NETWORKING, "ServiceEntry"): ServiceEntry,
    (NETWORKING, "Sidecar"): Sidecar,
    (NETWORKING, "WorkloadEntry"): WorkloadEntry,
    (NETWORKING, "WorkloadGroup"): WorkloadGroup,
    (NETWORKING, "EnvoyFilter"): EnvoyFilter,
    (NETWORKING, "ProxyConfig"): ProxyConfig,
    (SECURITY, "PeerAuthentication"): PeerAuthentication,
    (SECURITY, "RequestAuthentication"): RequestAuthentication,
    (SECURITY, "AuthorizationPolicy"): AuthorizationPolicy,
    ("install.istio.io", "IstioOperator"): IstioOperator,
    ("telemetry.istio.io", "Telemetry"): Telemetry,
    ("extensions.istio.io", "WasmPlugin"): WasmPlugin,
    ("extensions.istio.io", "TrafficExtension"): TrafficExtension,
    (GATEWAY_API, "Gateway"): KubernetesGateway,
    (GATEWAY_API, "GatewayClass"): GatewayClass,
    (GATEWAY_API, "ReferenceGrant"): ReferenceGrant,
    (GATEWAY_API, "HTTPRoute"): KubernetesRoute,
    (GATEWAY_API, "GRPCRoute"): KubernetesRoute,
    (GATEWAY_API, "TLSRoute"): KubernetesRoute,
    (GATEWAY_API, "TCPRoute"): KubernetesRoute,
    (GATEWAY_API, "UDPRoute"): KubernetesRoute,
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): WebhookConfiguration,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): WebhookConfiguration,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): CustomResourceDefinition,
    ("", "ServiceAccount"): ServiceAccount,
    ("", "Service"): Service,
    ("", "Namespace"): Namespace,
    ("", "ConfigMap"): ConfigMap,
    ("", "Secret"): Secret,
    ("", "Pod"): Workload,
    ("", "ReplicationController"): Workload,
    ("apps", "Deployment"): Workload,
    ("apps", "StatefulSet"): Workload,
    ("apps", "DaemonSet"): Workload,
    ("apps", "ReplicaSet"): Workload,
    ("batch", "Job"): Workload,
    ("batch", "CronJob"): Workload,
    ("argoproj.io", "Rollout"): Workload,
    ("", "DeploymentConfig"): Workload,
    ("apps.openshift.io", "DeploymentConfig"): Workload,
}

_LEGACY_GROUPS = {"extensions": "apps"}

SERVED_VERSIONS: dict[tuple[str, str], tuple[str, ...]] = {
    (NETWORKING, "Gateway"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "VirtualService"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "DestinationRule"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "ServiceEntry"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "Sidecar"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "WorkloadEntry"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "WorkloadGroup"): ("v1", "v1beta1", "v1alpha3"),
    (NETWORKING, "EnvoyFilter"): ("v1alpha3",),
    (NETWORKING, "ProxyConfig"): ("v1beta1",),
    (SECURITY, "PeerAuthentication"): ("v1", "v1beta1"),
    (SECURITY, "RequestAuthentication"): ("v1", "v1beta1"),
    (SECURITY, "AuthorizationPolicy"): ("v1", "v1beta1"),
    ("telemetry.istio.io", "Telemetry"): ("v1", "v1alpha1"),
    ("extensions.istio.io", "WasmPlugin"): ("v1alpha1",),
    ("extensions.istio.io", "TrafficExtension"): ("v1alpha1",),
    ("install.istio.io", "IstioOperator"): ("v1alpha1",),
}

_RBAC = "an AuthorizationPolicy (security.istio.io/v1)"
_AUTHENTICATION = (
    "a PeerAuthentication and, for tokens, a RequestAuthentication (security.istio.io/v1)"
)
_MIXER = "Telemetry, an EnvoyFilter or an external authorizer; Mixer is gone since 1.8"

REMOVED_GROUPS: dict[str, str] = {
    "rbac.istio.io": _RBAC,
    "authentication.istio.io": _AUTHENTICATION,
    "config.istio.io": _MIXER,
}


def views_of(view: type[Resource]) -> tuple[type[Resource], ...]:
    """A view and those it is a kind of: an AuthorizationPolicy is a Policy and a Resource."""
    return tuple(one for one in view.__mro__ if issubclass(one, Resource))


def make_resource(
    document: Document, data: dict[str, Any], prefix: tuple[str | int, ...], namespace: str
) -> Resource:
    """Wrap an object in the view of its kind; other kinds get the plain ``Resource``."""
    kind = data.get("kind")
    version = data.get("apiVersion")
    group = version.rpartition("/")[0] if isinstance(version, str) else ""
    group = _LEGACY_GROUPS.get(group, group)
    view = VIEWS.get((group, kind)) if isinstance(kind, str) else None
    return (view or Resource)(document, data, prefix, namespace)
