"""Indexes that are made of the resources alone, each imported and made when first asked."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.core.mesh_config import MeshConfig, find_mesh_config
from meshctl.mesh.injection.webhooks import is_settings
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.workloads.membership import Membership
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import (
    AuthorizationPolicy,
    ConfigMap,
    DestinationRule,
    EnvoyFilter,
    Gateway,
    KubernetesGateway,
    KubernetesRoute,
    Namespace,
    PeerAuthentication,
    ProxyConfig,
    Ref,
    ReferenceGrant,
    RequestAuthentication,
    Resource,
    Service,
    ServiceEntry,
    Sidecar,
    Telemetry,
    VirtualService,
    WebhookConfiguration,
    Workload,
    WorkloadEntry,
    WorkloadGroup,
)
from meshctl.resources.cached_property import cached_property
from meshctl.settings import InjectionByHand

if TYPE_CHECKING:
    from meshctl.mesh.authorization.decision import Decisions
    from meshctl.mesh.core.extension_providers import ExtensionProviders
    from meshctl.mesh.core.namespaces import Namespaces
    from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
    from meshctl.mesh.gateways.bindings import Bindings
    from meshctl.mesh.gateways.effective_gateway import Gateways
    from meshctl.mesh.gateways.gateway_api_listeners import GatewayApiListeners
    from meshctl.mesh.gateways.hidden_wildcards import HiddenWildcards
    from meshctl.mesh.gateways.server_conflicts import ServerConflicts
    from meshctl.mesh.injection.annotation_use import Annotations
    from meshctl.mesh.injection.control_plane import ControlPlane
    from meshctl.mesh.injection.proxy_images import ProxyImages
    from meshctl.mesh.injection.webhooks import Injector
    from meshctl.mesh.registry.secrets import Secrets
    from meshctl.mesh.registry.service_accounts import ServiceAccounts
    from meshctl.mesh.registry.service_entries import ServiceEntries
    from meshctl.mesh.registry.workload_entries import WorkloadEntries
    from meshctl.mesh.security.authorization import Authorization
    from meshctl.mesh.security.mtls import Mtls
    from meshctl.mesh.security.peer_authentication import PeerAuthentications
    from meshctl.mesh.traffic.destination_rules import DestinationRules
    from meshctl.mesh.traffic.destinations import Destinations
    from meshctl.mesh.traffic.route_matches import RouteMatches
    from meshctl.mesh.traffic.routes import Routes
    from meshctl.mesh.traffic.sidecar_hosts import SidecarHosts
    from meshctl.mesh.traffic.unreachable_rules import UnreachableRules
    from meshctl.mesh.workloads.container_ports import ContainerPorts
    from meshctl.mesh.workloads.envoy_filters import EnvoyFilters
    from meshctl.mesh.workloads.envoy_patches import VersionedPatches
    from meshctl.mesh.workloads.policy_attachment import PolicyAttachments
    from meshctl.mesh.workloads.waypoints import Ambient


_ASKED_BY_NAME = frozenset({
    "Secret", "Node", "CustomResourceDefinition", "HorizontalPodAutoscaler", "ScaledObject",
    "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
})  # fmt: skip
"""Kinds that few may read, so that who needs all of them asks ``has_all``."""


class Indexes(Inventory):
    """Everything that is found by host, namespace, selector or port.

    ``is_whole`` says that the input is the complete mesh, so that what is missing is absent;
    objects of the kinds in ``unread`` may be missing all the same. ``injection`` is how
    ``kube-inject`` injects the workloads, where that is what they are asked about for.
    """

    def __init__(
        self, resources: Sequence[Resource], config: MeshConfig | None, *, is_whole: bool,
        unread: frozenset[str] = frozenset(), injection: InjectionByHand | None = None,
    ) -> None:  # fmt: skip
        super().__init__(resources)
        self.config = config or find_mesh_config(self.resources)
        self.is_whole = is_whole and unread <= _ASKED_BY_NAME
        self._unread = unread
        self.injection = injection

    def has_all(self, *kinds: str) -> bool:
        """Does the input hold every object of these kinds, so that a missing one is absent?"""
        return self.is_whole and self._unread.isdisjoint(kinds)

    def may_lack(self, *kinds: str) -> bool:
        """Is it known that objects of these kinds may be missing?"""
        return not self._unread.isdisjoint(kinds)

    @cached_property
    def registry(self) -> Registry:
        """Hosts and ports."""
        return Registry(self.of(Service), self.of(ServiceEntry), self.config)

    @cached_property
    def workloads(self) -> Workloads:
        """Pods behind selectors."""
        return Workloads(
            self.of(Workload), self.of(Namespace), is_whole=self.is_whole,
            are_injected=self.injection is not None, heed=self._heed,
        )  # fmt: skip

    @property
    def _heed(self) -> Callable[[Membership, Workload, Namespace], Membership] | None:
        """What is known of the injector, where the input has anything of it."""
        if not self.of(WebhookConfiguration) and not any(map(is_settings, self.of(ConfigMap))):
            return None
        from meshctl.mesh.injection.inject_required import heeded

        has_all = self.has_all("MutatingWebhookConfiguration")
        return partial(heeded, injector=self.injector, has_all_webhooks=has_all)

    @cached_property
    def routes(self) -> "Routes":
        """What VirtualServices become, at gateways and in the mesh."""
        from meshctl.mesh.traffic.routes import Routes

        return Routes(self.of(VirtualService), self.registry, self.config)

    @cached_property
    def route_matches(self) -> "RouteMatches":
        """The matches of http rules."""
        from meshctl.mesh.traffic.route_matches import RouteMatches

        return RouteMatches(self.routes)

    @cached_property
    def unreachable_rules(self) -> "UnreachableRules":
        """Rules that never get a request."""
        from meshctl.mesh.traffic.unreachable_rules import UnreachableRules

        return UnreachableRules(self.route_matches)

    @cached_property
    def sidecar_hosts(self) -> "SidecarHosts":
        """The VirtualService sidecars use for a host."""
        from meshctl.mesh.traffic.sidecar_hosts import SidecarHosts

        return SidecarHosts(self.routes, self.route_matches, self.registry, self.config)

    @cached_property
    def hidden_wildcards(self) -> "HiddenWildcards":
        """Routes for wildcard hosts that closer hosts cut off."""
        from meshctl.mesh.gateways.hidden_wildcards import HiddenWildcards

        return HiddenWildcards(self.gateways, self.route_matches)

    @cached_property
    def gateways(self) -> "Gateways":
        """What each gateway workload serves."""
        from meshctl.mesh.gateways.effective_gateway import Gateways
        from meshctl.mesh.gateways.gateway_workloads import GatewayWorkloads

        workloads = GatewayWorkloads(
            self.workloads, self.of(Service), self.registry, is_whole=self.is_whole
        )
        return Gateways(self.of(Gateway), workloads, self.routes, self.registry)

    @cached_property
    def server_conflicts(self) -> "ServerConflicts":
        """Where servers of a gateway get in each other's way."""
        from meshctl.mesh.gateways.server_conflicts import ServerConflicts

        return ServerConflicts(self.gateways, self.routes)

    @cached_property
    def bindings(self) -> "Bindings":
        """The Gateways that VirtualServices name."""
        from meshctl.mesh.gateways.bindings import Bindings

        return Bindings(self.of(Gateway), self.of(KubernetesGateway), self.registry)

    @cached_property
    def destination_rules(self) -> "DestinationRules":
        """The DestinationRule each client follows."""
        from meshctl.mesh.traffic.destination_rules import DestinationRules

        return DestinationRules(self.of(DestinationRule), self.config)

    @cached_property
    def peer_authentications(self) -> "PeerAuthentications":
        """The TLS mode each workload demands."""
        from meshctl.mesh.security.peer_authentication import PeerAuthentications

        return PeerAuthentications(self.of(PeerAuthentication), self.workloads, self.config)

    @cached_property
    def mtls(self) -> "Mtls":
        """TLS between clients and servers."""
        from meshctl.mesh.security.mtls import Mtls

        return Mtls(
            self.registry, self.workloads, self.destination_rules, self.peer_authentications,
            self.config,
        )  # fmt: skip

    @cached_property
    def destinations(self) -> "Destinations":
        """Routes by the host and subset they send requests to."""
        from meshctl.mesh.traffic.destinations import Destinations

        return Destinations(self.of(VirtualService), self.of(KubernetesRoute), self.config)

    @cached_property
    def container_ports(self) -> "ContainerPorts":
        """Container ports and the Services in front of them."""
        from meshctl.mesh.workloads.container_ports import ContainerPorts

        return ContainerPorts(self.registry, self.workloads)

    @cached_property
    def probe_rewriting_off(self) -> Ref | None:
        """The place where the injector leaves probes as they are; ``None`` when it doesn't."""
        from meshctl.mesh.workloads.membership import rewriting_off

        return rewriting_off(self.resources)

    @property
    def injection_templates(self) -> frozenset[str]:
        """The templates by name that pods may ask for; empty when nothing tells."""
        if self.injection is not None:
            return self.injection.templates
        return self.injector.templates

    @property
    def rewrites_probes(self) -> bool:
        """Does the injector send probes to its agent, where the pod doesn't decide?"""
        if self.injection is not None:
            return self.injection.rewrites_probes
        return self.probe_rewriting_off is None

    @cached_property
    def control_plane(self) -> "ControlPlane":
        """The installation of Istio."""
        from meshctl.mesh.injection.control_plane import ControlPlane

        return ControlPlane(self.resources, self.injection)

    @cached_property
    def secrets(self) -> "Secrets":
        """Secrets by name."""
        from meshctl.mesh.registry.secrets import Secrets

        return Secrets(self.resources)

    @cached_property
    def namespaces(self) -> "Namespaces":
        """The namespaces the input speaks of."""
        from meshctl.mesh.core.namespaces import Namespaces

        return Namespaces(self.resources, self.config, is_whole=self.is_whole)

    @cached_property
    def annotations(self) -> "Annotations":
        """Istio's annotations by object; where ``kube-inject`` is meant, of workloads alone."""
        from meshctl.mesh.injection.annotation_use import Annotations

        return Annotations(self.resources if self.injection is None else self.of(Workload))

    @cached_property
    def injector(self) -> "Injector":
        """Injection webhooks and their settings."""
        from meshctl.mesh.injection.webhooks import Injector

        return Injector(
            self.of(WebhookConfiguration), self.of(ConfigMap), self.config.root_namespace
        )

    @cached_property
    def ambient(self) -> "Ambient":
        """Ambient mode and waypoints."""
        from meshctl.mesh.workloads.waypoints import Ambient

        return Ambient(
            self.workloads, self.of(KubernetesGateway), self.of(Service), is_whole=self.is_whole
        )

    @cached_property
    def service_accounts(self) -> "ServiceAccounts":
        """Service accounts and trust domains."""
        from meshctl.mesh.registry.service_accounts import ServiceAccounts

        return ServiceAccounts(self.resources, self.config, is_whole=self.is_whole)

    @cached_property
    def reference_grants(self) -> "ReferenceGrants":
        """What routes of the Gateway API may refer to."""
        from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants

        return ReferenceGrants(
            self.of(KubernetesGateway), self.of(ReferenceGrant), self.workloads,
            is_whole=self.is_whole,
        )  # fmt: skip

    @cached_property
    def sidecars(self) -> "PolicyAttachments[Sidecar]":
        """Sidecars by the workloads they are for."""
        from meshctl.mesh.workloads.policy_attachment import PolicyAttachments

        return PolicyAttachments(
            self.of(Sidecar), lambda sidecar: sidecar.workload_selector, self.workloads
        )

    @cached_property
    def telemetries(self) -> "PolicyAttachments[Telemetry]":
        """Telemetries by the workloads they are for; those with targetRefs are not among them."""
        from meshctl.mesh.workloads.policy_attachment import PolicyAttachments

        return PolicyAttachments(
            self.of(Telemetry), lambda telemetry: None if telemetry.target_refs else telemetry.selector,
            self.workloads,
        )  # fmt: skip

    @cached_property
    def authorization(self) -> "Authorization":
        """AuthorizationPolicies by the workloads they guard."""
        from meshctl.mesh.security.authorization import Authorization

        return Authorization(self.of(AuthorizationPolicy), self.workloads, self.config)

    @cached_property
    def decisions(self) -> "Decisions":
        """Who is let in where, by AuthorizationPolicies and tokens."""
        from meshctl.mesh.authorization.custom_providers import custom_providers
        from meshctl.mesh.authorization.decision import Decisions

        return Decisions(
            self.of(AuthorizationPolicy), self.of(RequestAuthentication), self.config,
            lambda: custom_providers(self.config, self.registry),
        )  # fmt: skip

    @cached_property
    def envoy_filters(self) -> "EnvoyFilters":
        """EnvoyFilters by the proxies they reach."""
        from meshctl.mesh.workloads.envoy_filters import EnvoyFilters

        return EnvoyFilters(self.of(EnvoyFilter), self.workloads, self.config)

    @cached_property
    def proxy_images(self) -> "ProxyImages":
        """The images of running proxies."""
        from meshctl.mesh.injection.proxy_images import ProxyImages

        return ProxyImages(self.injector, self.of(ProxyConfig), self.of(Workload), self.config)

    @cached_property
    def service_entries(self) -> "ServiceEntries":
        """ServiceEntries that declare the same."""
        from meshctl.mesh.registry.service_entries import ServiceEntries

        return ServiceEntries(self.of(ServiceEntry), self.config)

    @cached_property
    def extension_providers(self) -> "ExtensionProviders":
        """Providers of logs, traces and metrics."""
        from meshctl.mesh.core.extension_providers import ExtensionProviders

        return ExtensionProviders(self.config)

    @cached_property
    def versioned_patches(self) -> "VersionedPatches":
        """EnvoyFilter patches for some proxy versions alone."""
        from meshctl.mesh.workloads.envoy_patches import VersionedPatches

        return VersionedPatches(self.of(EnvoyFilter))

    @cached_property
    def workload_entries(self) -> "WorkloadEntries":
        """Machines outside Kubernetes."""
        from meshctl.mesh.registry.workload_entries import WorkloadEntries

        return WorkloadEntries(self.of(WorkloadEntry), self.of(WorkloadGroup))

    @cached_property
    def gateway_api_listeners(self) -> "GatewayApiListeners":
        """Gateways of the Gateway API that share an address."""
        from meshctl.mesh.gateways.gateway_api_listeners import GatewayApiListeners

        return GatewayApiListeners(self.of(KubernetesGateway))
