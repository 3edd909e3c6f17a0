"""Typed read-only views of the resources, one module a kind; each is imported when it is asked for."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.resources.gateway_api.gateway import GatewayClass as GatewayClass
    from meshctl.resources.gateway_api.gateway import KubernetesGateway as KubernetesGateway
    from meshctl.resources.gateway_api.gateway import KubernetesListener as KubernetesListener
    from meshctl.resources.gateway_api.gateway import ListenerSet as ListenerSet
    from meshctl.resources.gateway_api.gateway import ReferenceGrant as ReferenceGrant
    from meshctl.resources.gateway_api.generated import GeneratedGateway as GeneratedGateway
    from meshctl.resources.gateway_api.generated import GeneratedService as GeneratedService
    from meshctl.resources.gateway_api.generated import (
        GeneratedVirtualService as GeneratedVirtualService,
    )
    from meshctl.resources.gateway_api.route import BackendTlsPolicy as BackendTlsPolicy
    from meshctl.resources.gateway_api.route import KubernetesRoute as KubernetesRoute
    from meshctl.resources.gateway_api.route import ObjectReference as ObjectReference
    from meshctl.resources.istio.authorization_policy import (
        AuthorizationPolicy as AuthorizationPolicy,
    )
    from meshctl.resources.istio.authorization_policy import AuthorizationRule as AuthorizationRule
    from meshctl.resources.istio.destination_rule import DestinationRule as DestinationRule
    from meshctl.resources.istio.destination_rule import PortPolicy as PortPolicy
    from meshctl.resources.istio.destination_rule import Subset as Subset
    from meshctl.resources.istio.destination_rule import TrafficPolicy as TrafficPolicy
    from meshctl.resources.istio.envoy_filter import ConfigPatch as ConfigPatch
    from meshctl.resources.istio.envoy_filter import EnvoyFilter as EnvoyFilter
    from meshctl.resources.istio.gateway import Gateway as Gateway
    from meshctl.resources.istio.gateway import Server as Server
    from meshctl.resources.istio.istio_operator import IstioOperator as IstioOperator
    from meshctl.resources.istio.peer_authentication import PeerAuthentication as PeerAuthentication
    from meshctl.resources.istio.policy import Policy as Policy
    from meshctl.resources.istio.policy import RequestAuthentication as RequestAuthentication
    from meshctl.resources.istio.policy import TargetRef as TargetRef
    from meshctl.resources.istio.policy import TokenRule as TokenRule
    from meshctl.resources.istio.policy import TrafficExtension as TrafficExtension
    from meshctl.resources.istio.policy import WasmPlugin as WasmPlugin
    from meshctl.resources.istio.proxy_config import ProxyConfig as ProxyConfig
    from meshctl.resources.istio.service_entry import EntryEndpoint as EntryEndpoint
    from meshctl.resources.istio.service_entry import EntryPort as EntryPort
    from meshctl.resources.istio.service_entry import ServiceEntry as ServiceEntry
    from meshctl.resources.istio.sidecar import EgressListener as EgressListener
    from meshctl.resources.istio.sidecar import Sidecar as Sidecar
    from meshctl.resources.istio.telemetry import Telemetry as Telemetry
    from meshctl.resources.istio.virtual_service import Condition as Condition
    from meshctl.resources.istio.virtual_service import Destination as Destination
    from meshctl.resources.istio.virtual_service import Match as Match
    from meshctl.resources.istio.virtual_service import Route as Route
    from meshctl.resources.istio.virtual_service import VirtualService as VirtualService
    from meshctl.resources.kinds import make_resource as make_resource
    from meshctl.resources.kubernetes.canary import Canary as Canary
    from meshctl.resources.kubernetes.certificate import Certificate as Certificate
    from meshctl.resources.kubernetes.certificate import CertificateIssuer as CertificateIssuer
    from meshctl.resources.kubernetes.config_map import ConfigMap as ConfigMap
    from meshctl.resources.kubernetes.custom_resource_definition import (
        CustomResourceDefinition as CustomResourceDefinition,
    )
    from meshctl.resources.kubernetes.knative_service import KnativeService as KnativeService
    from meshctl.resources.kubernetes.made import (
        GeneratedDestinationRule as GeneratedDestinationRule,
    )
    from meshctl.resources.kubernetes.made import Made as Made
    from meshctl.resources.kubernetes.made import MadeDestinationRule as MadeDestinationRule
    from meshctl.resources.kubernetes.made import MadeService as MadeService
    from meshctl.resources.kubernetes.made import MadeVirtualService as MadeVirtualService
    from meshctl.resources.kubernetes.made import MadeWorkload as MadeWorkload
    from meshctl.resources.kubernetes.namespace import Namespace as Namespace
    from meshctl.resources.kubernetes.network_policy import NetworkPolicy as NetworkPolicy
    from meshctl.resources.kubernetes.network_policy import NetworkPolicyRule as NetworkPolicyRule
    from meshctl.resources.kubernetes.rollout import Rollout as Rollout
    from meshctl.resources.kubernetes.secret import Secret as Secret
    from meshctl.resources.kubernetes.service import Service as Service
    from meshctl.resources.kubernetes.service import ServicePort as ServicePort
    from meshctl.resources.kubernetes.service_account import ServiceAccount as ServiceAccount
    from meshctl.resources.kubernetes.webhook_configuration import Webhook as Webhook
    from meshctl.resources.kubernetes.webhook_configuration import (
        WebhookConfiguration as WebhookConfiguration,
    )
    from meshctl.resources.kubernetes.workload import PROBES as PROBES
    from meshctl.resources.kubernetes.workload import Container as Container
    from meshctl.resources.kubernetes.workload import Workload as Workload
    from meshctl.resources.kubernetes.workload import WorkloadEntry as WorkloadEntry
    from meshctl.resources.kubernetes.workload import WorkloadGroup as WorkloadGroup
    from meshctl.resources.resource import Resource as Resource
    from meshctl.resources.view import Ref as Ref
    from meshctl.resources.view import View as View

_HOMES = {
    "AuthorizationPolicy": "istio.authorization_policy",
    "AuthorizationRule": "istio.authorization_policy",
    "Canary": "kubernetes.canary",
    "Certificate": "kubernetes.certificate",
    "CertificateIssuer": "kubernetes.certificate",
    "Condition": "istio.virtual_service",
    "ConfigMap": "kubernetes.config_map",
    "ConfigPatch": "istio.envoy_filter",
    "Container": "kubernetes.workload",
    "CustomResourceDefinition": "kubernetes.custom_resource_definition",
    "Destination": "istio.virtual_service",
    "DestinationRule": "istio.destination_rule",
    "EgressListener": "istio.sidecar",
    "EntryEndpoint": "istio.service_entry",
    "EntryPort": "istio.service_entry",
    "EnvoyFilter": "istio.envoy_filter",
    "Gateway": "istio.gateway",
    "GatewayClass": "gateway_api.gateway",
    "GeneratedDestinationRule": "kubernetes.made",
    "GeneratedGateway": "gateway_api.generated",
    "GeneratedService": "gateway_api.generated",
    "GeneratedVirtualService": "gateway_api.generated",
    "IstioOperator": "istio.istio_operator",
    "KnativeService": "kubernetes.knative_service",
    "KubernetesGateway": "gateway_api.gateway",
    "KubernetesListener": "gateway_api.gateway",
    "KubernetesRoute": "gateway_api.route",
    "BackendTlsPolicy": "gateway_api.route",
    "ListenerSet": "gateway_api.gateway",
    "Made": "kubernetes.made",
    "MadeDestinationRule": "kubernetes.made",
    "MadeService": "kubernetes.made",
    "MadeVirtualService": "kubernetes.made",
    "MadeWorkload": "kubernetes.made",
    "Match": "istio.virtual_service",
    "Namespace": "kubernetes.namespace",
    "NetworkPolicy": "kubernetes.network_policy",
    "NetworkPolicyRule": "kubernetes.network_policy",
    "ObjectReference": "gateway_api.route",
    "PROBES": "kubernetes.workload",
    "PeerAuthentication": "istio.peer_authentication",
    "Policy": "istio.policy",
    "PortPolicy": "istio.destination_rule",
    "ProxyConfig": "istio.proxy_config",
    "Ref": "view",
    "ReferenceGrant": "gateway_api.gateway",
    "RequestAuthentication": "istio.policy",
    "Resource": "resource",
    "Rollout": "kubernetes.rollout",
    "Route": "istio.virtual_service",
    "Secret": "kubernetes.secret",
    "Server": "istio.gateway",
    "Service": "kubernetes.service",
    "ServiceAccount": "kubernetes.service_account",
    "ServiceEntry": "istio.service_entry",
    "ServicePort": "kubernetes.service",
    "Sidecar": "istio.sidecar",
    "Subset": "istio.destination_rule",
    "TargetRef": "istio.policy",
    "Telemetry": "istio.telemetry",
    "TokenRule": "istio.policy",
    "TrafficExtension": "istio.policy",
    "TrafficPolicy": "istio.destination_rule",
    "View": "view",
    "VirtualService": "istio.virtual_service",
    "WasmPlugin": "istio.policy",
    "Webhook": "kubernetes.webhook_configuration",
    "WebhookConfiguration": "kubernetes.webhook_configuration",
    "Workload": "kubernetes.workload",
    "WorkloadEntry": "kubernetes.workload",
    "WorkloadGroup": "kubernetes.workload",
    "make_resource": "kinds",
}

__getattr__ = lazy_face(__name__, _HOMES)
