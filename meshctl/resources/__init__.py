"""What does each resource of the input say? Typed read-only views, one module per kind."""

from meshctl.resources.authorization_policy import AuthorizationPolicy, AuthorizationRule
from meshctl.resources.config_map import ConfigMap
from meshctl.resources.custom_resource_definition import CustomResourceDefinition
from meshctl.resources.destination_rule import (
    DestinationRule,
    PortPolicy,
    Subset,
    TrafficPolicy,
)
from meshctl.resources.envoy_filter import ConfigPatch, EnvoyFilter
from meshctl.resources.gateway import Gateway, Server
from meshctl.resources.istio_operator import IstioOperator
from meshctl.resources.kinds import make_resource
from meshctl.resources.kubernetes_gateway import (
    GatewayClass,
    KubernetesGateway,
    Listener,
    ReferenceGrant,
)
from meshctl.resources.kubernetes_route import KubernetesRoute, ObjectReference
from meshctl.resources.namespace import Namespace
from meshctl.resources.peer_authentication import PeerAuthentication
from meshctl.resources.policy import (
    Policy,
    RequestAuthentication,
    TargetRef,
    TokenRule,
    TrafficExtension,
    WasmPlugin,
)
from meshctl.resources.proxy_config import ProxyConfig
from meshctl.resources.resource import Resource
from meshctl.resources.secret import Secret
from meshctl.resources.service import Service, ServicePort
from meshctl.resources.service_account import ServiceAccount
from meshctl.resources.service_entry import Endpoint, EntryPort, ServiceEntry
from meshctl.resources.sidecar import EgressListener, Sidecar
from meshctl.resources.telemetry import Telemetry
from meshctl.resources.view import Ref, View
from meshctl.resources.virtual_service import Destination, Match, Route, VirtualService
from meshctl.resources.webhook_configuration import Webhook, WebhookConfiguration
from meshctl.resources.workload import Container, Workload, WorkloadEntry, WorkloadGroup

__all__ = [
    "AuthorizationPolicy", "AuthorizationRule", "ConfigMap", "ConfigPatch", "Container",
    "CustomResourceDefinition", "Destination", "DestinationRule", "EgressListener", "Endpoint",
    "EntryPort", "EnvoyFilter", "Gateway", "GatewayClass", "IstioOperator", "KubernetesGateway", "KubernetesRoute",
    "Listener", "Match", "Namespace", "ObjectReference", "PeerAuthentication", "Policy",
    "PortPolicy", "ProxyConfig", "Ref", "ReferenceGrant", "RequestAuthentication", "Resource",
    "Route", "Secret", "Server", "Service", "ServiceAccount", "ServiceEntry", "ServicePort",
    "Sidecar", "Subset", "TargetRef", "Telemetry", "TokenRule", "TrafficExtension", "TrafficPolicy", "View",
    "VirtualService", "WasmPlugin", "Webhook", "WebhookConfiguration", "Workload", "WorkloadEntry",
    "WorkloadGroup", "make_resource",
]  # fmt: skip
