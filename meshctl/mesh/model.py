"""What does istiod make of this set of resources? All answers, each indexed once."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from meshctl.mesh.alternatives import Alternatives
from meshctl.mesh.ambient import Ambient
from meshctl.mesh.annotations import Annotations
from meshctl.mesh.attached_routes import AttachedRoutes
from meshctl.mesh.attachments import Attachments
from meshctl.mesh.authorization import Authorization
from meshctl.mesh.bindings import Bindings
from meshctl.mesh.clients import Clients
from meshctl.mesh.collisions import Collisions
from meshctl.mesh.control_plane import ControlPlane
from meshctl.mesh.credentials import Credentials
from meshctl.mesh.dependencies import Dependencies
from meshctl.mesh.destinations import Destinations
from meshctl.mesh.egress_gateways import EgressGateways
from meshctl.mesh.entrances import Entrances
from meshctl.mesh.envoy_filters import EnvoyFilters
from meshctl.mesh.envoy_patches import VersionedPatches
from meshctl.mesh.extension_providers import ExtensionProviders
from meshctl.mesh.gateway_workloads import GatewayWorkloads
from meshctl.mesh.gateways import Gateways
from meshctl.mesh.grants import Grants
from meshctl.mesh.hidden_wildcards import HiddenWildcards
from meshctl.mesh.identities import Identities
from meshctl.mesh.imports import Imports
from meshctl.mesh.injection import rewriting_off
from meshctl.mesh.injector import Injector
from meshctl.mesh.interference import Interference
from meshctl.mesh.inventory import Inventory
from meshctl.mesh.legs import GatewayLegs
from meshctl.mesh.machines import Machines
from meshctl.mesh.mesh_config import MeshConfig, find_mesh_config
from meshctl.mesh.mesh_hosts import MeshHosts
from meshctl.mesh.mtls import Mtls
from meshctl.mesh.namespaces import Namespaces
from meshctl.mesh.owners import Owners
from meshctl.mesh.peer_authentication import PeerAuthentications
from meshctl.mesh.ports import Ports
from meshctl.mesh.proxy_images import ProxyImages
from meshctl.mesh.proxy_sizes import ProxySizes
from meshctl.mesh.registry import RegisteredHost, Registry
from meshctl.mesh.replicas import Replicas
from meshctl.mesh.routes import Routes
from meshctl.mesh.service_entries import ServiceEntries
from meshctl.mesh.shadows import Shadows
from meshctl.mesh.shared_addresses import SharedAddresses
from meshctl.mesh.shared_hosts import shared_hosts
from meshctl.mesh.subset_lookup import SubsetLookup
from meshctl.mesh.subset_pods import SubsetPods
from meshctl.mesh.tls_conflicts import TlsConflicts
from meshctl.mesh.tls_origination import TlsOrigination
from meshctl.mesh.tokens import Tokens
from meshctl.mesh.traffic_policy import TrafficPolicies
from meshctl.mesh.upstreams import Upstreams
from meshctl.mesh.wide_ports import WidePorts
from meshctl.mesh.workloads import Workloads
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
)  # fmt: skip
from meshctl.resources.cached_property import cached_property
from meshctl.settings import Ownership
from meshctl.validation.faults import ACCEPTED, Verdict

R = TypeVar("R", bound=Resource)


class Mesh:
    """All resources with their indexes; immutable, and every index is made when first asked.

    ``is_whole`` says that the input is the complete mesh, so that what is missing is absent.
    ``judge`` says what is wrong with one object by itself; without it nothing is.
    """

    def __init__(
        self, resources: Sequence[Resource], config: MeshConfig | None = None, *,
        is_whole: bool = False, judge: Callable[[Resource], Verdict] = lambda _: ACCEPTED,
        ownership: Ownership | None = None,
    ) -> None:  # fmt: skip
        self.resources = tuple(resources)
        self.config = config or find_mesh_config(self.resources)
        self.is_whole = is_whole
        self._judge = judge
        self._ownership = ownership or Ownership()
        self._verdicts: dict[Resource, Verdict] = {}
        self._inventory = Inventory(self.resources)

    def of(self, view: type[R]) -> Sequence[R]:
        """All resources read by one view or a kind of it, in input order."""
        return self._inventory.of(view)

    def warm_up(self) -> None:
        """Make the indexes that most rules share, so that forked processes inherit them."""
        _ = self.registry, self.workloads, self.upstreams

    def verdict(self, resource: Resource) -> Verdict:
        """What the API server would say to one object; each is judged once."""
        verdict = self._verdicts.get(resource)
        if verdict is None:
            verdict = self._verdicts[resource] = self._judge(resource)
        return verdict

    def first_of(self, resource: Resource) -> Resource:
        """The first resource with this group, kind, namespace and name."""
        return self._inventory.first_of(resource)

    @cached_property
    def registry(self) -> Registry:
        """Hosts and ports."""
        return Registry(self.of(Service), self.of(ServiceEntry), self.config)

    @cached_property
    def workloads(self) -> Workloads:
        """Pods behind selectors."""
        return Workloads(self.of(Workload), self.of(Namespace), is_whole=self.is_whole)

    @cached_property
    def routes(self) -> Routes:
        """What VirtualServices become, at gateways and in the mesh."""
        return Routes(self.of(VirtualService), self.registry, self.config)

    @cached_property
    def alternatives(self) -> Alternatives:
        """The matches of http rules."""
        return Alternatives(self.routes)

    @cached_property
    def shadows(self) -> Shadows:
        """Rules that never get a request."""
        return Shadows(self.alternatives)

    @cached_property
    def mesh_hosts(self) -> MeshHosts:
        """The VirtualService sidecars use for a host."""
        return MeshHosts(self.routes, self.alternatives, self.registry, self.config)

    @cached_property
    def upstreams(self) -> Upstreams:
        """What destinations lead to."""
        return Upstreams(self)

    @cached_property
    def subset_lookup(self) -> SubsetLookup:
        """Who finds the subset of a destination."""
        return SubsetLookup(self)

    @cached_property
    def hidden_wildcards(self) -> HiddenWildcards:
        """Routes for wildcard hosts that closer hosts cut off."""
        return HiddenWildcards(self.gateways, self.alternatives)

    @cached_property
    def collisions(self) -> Collisions:
        """VirtualServices that take each other's requests at a gateway."""
        return Collisions(shared_hosts(self))

    @cached_property
    def gateways(self) -> Gateways:
        """What each gateway workload serves."""
        workloads = GatewayWorkloads(
            self.workloads, self.of(Service), self.registry, is_whole=self.is_whole
        )
        return Gateways(self.of(Gateway), workloads, self.routes, self.registry)

    @cached_property
    def interference(self) -> Interference:
        """Where servers of a gateway get in each other's way."""
        return Interference(self.gateways, self.routes)

    @cached_property
    def bindings(self) -> Bindings:
        """The Gateways that VirtualServices name."""
        return Bindings(self.of(Gateway), self.of(KubernetesGateway), self.registry)

    @cached_property
    def traffic_policies(self) -> TrafficPolicies:
        """The DestinationRule each client follows."""
        return TrafficPolicies(self.of(DestinationRule), self.config)

    @cached_property
    def peer_authentications(self) -> PeerAuthentications:
        """The TLS mode each workload demands."""
        return PeerAuthentications(self.of(PeerAuthentication), self.workloads, self.config)

    @cached_property
    def mtls(self) -> Mtls:
        """TLS between clients and servers."""
        return Mtls(
            self.registry, self.workloads, self.traffic_policies, self.peer_authentications,
            self.config,
        )  # fmt: skip

    @cached_property
    def subset_pods(self) -> SubsetPods:
        """Pods behind subsets."""
        return SubsetPods(self)

    @cached_property
    def tls_conflicts(self) -> TlsConflicts:
        """Clients and servers that TLS keeps apart."""
        return TlsConflicts(self)

    @cached_property
    def destinations(self) -> Destinations:
        """Routes by the host and subset they send requests to."""
        return Destinations(self.of(VirtualService), self.of(KubernetesRoute), self.config)

    @cached_property
    def ports(self) -> Ports:
        """Container ports and the Services in front of them."""
        return Ports(self.registry, self.workloads)

    @cached_property
    def probe_rewriting_off(self) -> Ref | None:
        """The place where the injector leaves probes as they are; ``None`` when it doesn't."""
        return rewriting_off(self.resources)

    @cached_property
    def control_plane(self) -> ControlPlane:
        """The installation of Istio."""
        return ControlPlane(self.resources)

    @cached_property
    def credentials(self) -> Credentials:
        """Secrets by name."""
        return Credentials(self.resources)

    @cached_property
    def tls_origination(self) -> TlsOrigination:
        """TLS to servers that speak it themselves."""
        return TlsOrigination(self)

    @cached_property
    def replicas(self) -> Replicas:
        """Numbers of pods."""
        return Replicas(self)

    @cached_property
    def namespaces(self) -> Namespaces:
        """The namespaces the input speaks of."""
        return Namespaces(self.resources, self.config, is_whole=self.is_whole)

    @cached_property
    def annotations(self) -> Annotations:
        """Istio's annotations by object."""
        return Annotations(self.resources)

    @cached_property
    def injector(self) -> Injector:
        """Injection webhooks and their settings."""
        return Injector(
            self.of(WebhookConfiguration), self.of(ConfigMap), self.config.root_namespace
        )

    @cached_property
    def ambient(self) -> Ambient:
        """Ambient mode and waypoints."""
        return Ambient(
            self.workloads, self.of(KubernetesGateway), self.of(Service), is_whole=self.is_whole
        )

    @cached_property
    def identities(self) -> Identities:
        """Service accounts and trust domains."""
        return Identities(self.resources, self.config, is_whole=self.is_whole)

    @cached_property
    def grants(self) -> Grants:
        """What routes of the Gateway API may refer to."""
        return Grants(
            self.of(KubernetesGateway), self.of(ReferenceGrant), self.workloads,
            is_whole=self.is_whole,
        )  # fmt: skip

    @cached_property
    def sidecars(self) -> Attachments[Sidecar]:
        """Sidecars by the workloads they are for."""
        return Attachments(self.of(Sidecar), lambda one: one.workload_selector, self.workloads)

    @cached_property
    def imports(self) -> Imports:
        """The hosts that proxies know."""
        return Imports(self)

    @cached_property
    def dependencies(self) -> Dependencies:
        """The hosts that workloads call, as their settings say."""
        return Dependencies(self)

    @cached_property
    def proxy_sizes(self) -> ProxySizes:
        """What proxies keep in memory."""
        return ProxySizes(self)

    @cached_property
    def egress_gateways(self) -> EgressGateways:
        """Gateways that sidecars route to."""
        return EgressGateways(self)

    @cached_property
    def telemetries(self) -> Attachments[Telemetry]:
        """Telemetries by the workloads they are for; those with targetRefs are not among them."""
        return Attachments(
            self.of(Telemetry), lambda one: None if one.target_refs else one.selector,
            self.workloads,
        )  # fmt: skip

    @cached_property
    def authorization(self) -> Authorization:
        """AuthorizationPolicies by the workloads they guard."""
        return Authorization(self.of(AuthorizationPolicy), self.workloads, self.config)

    @cached_property
    def attached_routes(self) -> AttachedRoutes:
        """Routes of the Gateway API by what they attach to."""
        return AttachedRoutes(self)

    @cached_property
    def envoy_filters(self) -> EnvoyFilters:
        """EnvoyFilters by the proxies they reach."""
        return EnvoyFilters(self.of(EnvoyFilter), self.workloads, self.config)

    @cached_property
    def gateway_legs(self) -> GatewayLegs:
        """Routes of sidecars that lead to gateways."""
        return GatewayLegs(self)

    @cached_property
    def owners(self) -> Owners:
        """Teams, and what their objects touch."""
        return Owners(self, self._ownership)

    @cached_property
    def clients(self) -> Clients:
        """Workloads as clients."""
        return Clients(
            self.workloads, self.machines, self.of(KubernetesGateway), self.config
        )

    @cached_property
    def entrances(self) -> Entrances:
        """Routes from gateways to workloads."""
        return Entrances(self)

    @cached_property
    def tokens(self) -> Tokens:
        """RequestAuthentications by the workloads they are for."""
        return Tokens(self)

    @cached_property
    def proxy_images(self) -> ProxyImages:
        """The images of running proxies."""
        return ProxyImages(self.injector, self.of(ProxyConfig), self.of(Workload), self.config)

    @cached_property
    def service_entries(self) -> ServiceEntries:
        """ServiceEntries that declare the same."""
        return ServiceEntries(self.of(ServiceEntry), self.config)

    @cached_property
    def wide_ports(self) -> WidePorts:
        """Ports of ServiceEntries that take the traffic of others."""
        return WidePorts(self)

    @cached_property
    def extension_providers(self) -> ExtensionProviders:
        """Providers of logs, traces and metrics."""
        return ExtensionProviders(self.config)

    @cached_property
    def versioned_patches(self) -> VersionedPatches:
        """EnvoyFilter patches for some proxy versions alone."""
        return VersionedPatches(self.of(EnvoyFilter))

    @cached_property
    def machines(self) -> Machines:
        """Machines outside Kubernetes."""
        return Machines(self.of(WorkloadEntry), self.of(WorkloadGroup))

    @cached_property
    def shared_addresses(self) -> SharedAddresses:
        """Gateways of the Gateway API that share an address."""
        return SharedAddresses(self.of(KubernetesGateway))
