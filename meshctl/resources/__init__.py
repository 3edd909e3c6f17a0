"""Typed read-only views of the resources, one module a kind."""

from meshctl.resources.gateway_api.gateway import (
    GatewayClass,
    KubernetesGateway,
    KubernetesListener,
    ListenerSet,
    ReferenceGrant,
)
from meshctl.resources.gateway_api.generated import GeneratedGateway, GeneratedVirtualService
from meshctl.resources.gateway_api.route import KubernetesRoute, ObjectReference
from meshctl.resources.istio.authorization_policy import AuthorizationPolicy, AuthorizationRule
from meshctl.resources.istio.destination_rule import (
    DestinationRule,
    PortPolicy,
    Subset,
    TrafficPolicy,
)
from meshctl.resources.istio.envoy_filter import ConfigPatch, EnvoyFilter
from meshctl.resources.istio.gateway import Gateway, Server
from meshctl.resources.istio.istio_operator import IstioOperator
from meshctl.resources.istio.peer_authentication import PeerAuthentication
from meshctl.resources.istio.policy import (
    Policy,
    RequestAuthentication,
    TargetRef,
    TokenRule,
    TrafficExtension,
    WasmPlugin,
)
from meshctl.resources.istio.proxy_config import ProxyConfig
from meshctl.resources.istio.service_entry import EntryEndpoint, EntryPort, ServiceEntry
from meshctl.resources.istio.sidecar import EgressListener, Sidecar
from meshctl.resources.istio.telemetry import Telemetry
from meshctl.resources.istio.virtual_service import Destination, Match, Route, VirtualService
from meshctl.resources.kinds import make_resource
from meshctl.resources.kubernetes.config_map import ConfigMap
from meshctl.resources.kubernetes.custom_resource_definition import CustomResourceDefinition
from meshctl.resources.kubernetes.namespace import Namespace
from meshctl.resources.kubernetes.network_policy import NetworkPolicy, NetworkPolicyRule
from meshctl.resources.kubernetes.rollout import Rollout
from meshctl.resources.kubernetes.secret import Secret
from meshctl.resources.kubernetes.service import Service, ServicePort
from meshctl.resources.kubernetes.service_account import ServiceAccount
from meshctl.resources.kubernetes.webhook_configuration import Webhook, WebhookConfiguration
from meshctl.resources.kubernetes.workload import Container, Workload, WorkloadEntry, WorkloadGroup
from meshctl.resources.resource import Resource
from meshctl.resources.view import Ref, View

__all__ = [
    "AuthorizationPolicy",
    "AuthorizationRule",
    "ConfigMap",
    "ConfigPatch",
    "Container",
    "CustomResourceDefinition",
    "Destination",
    "DestinationRule",
    "EgressListener",
    "EntryEndpoint",
    "EntryPort",
    "EnvoyFilter",
    "Gateway",
    "GatewayClass",
    "GeneratedGateway",
    "GeneratedVirtualService",
    "IstioOperator",
    "KubernetesGateway",
    "KubernetesListener",
    "KubernetesRoute",
    "ListenerSet",
    "Match",
    "Namespace",
    "NetworkPolicy",
    "NetworkPolicyRule",
    "ObjectReference",
    "PeerAuthentication",
    "Policy",
    "PortPolicy",
    "ProxyConfig",
    "Ref",
    "ReferenceGrant",
    "RequestAuthentication",
    "Resource",
    "Rollout",
    "Route",
    "Secret",
    "Server",
    "Service",
    "ServiceAccount",
    "ServiceEntry",
    "ServicePort",
    "Sidecar",
    "Subset",
    "TargetRef",
    "Telemetry",
    "TokenRule",
    "TrafficExtension",
    "TrafficPolicy",
    "View",
    "VirtualService",
    "WasmPlugin",
    "Webhook",
    "WebhookConfiguration",
    "Workload",
    "WorkloadEntry",
    "WorkloadGroup",
    "make_resource",
]  # fmt: skip
