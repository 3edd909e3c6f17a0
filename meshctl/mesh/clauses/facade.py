"""What clauses of objects do, and which do nothing: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING

from meshctl.mesh.clauses.parts import Parts
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.clauses.asked_hosts import AskedHosts
    from meshctl.mesh.clauses.client_certificates import ClientCertificates
    from meshctl.mesh.clauses.copied_pods import CopiedPods
    from meshctl.mesh.clauses.custom_rivals import CustomRivals
    from meshctl.mesh.clauses.egress_tls import EgressTls
    from meshctl.mesh.clauses.hidden_providers import HiddenProviders
    from meshctl.mesh.clauses.hidden_routes import RoutesOfCallers
    from meshctl.mesh.clauses.host_forms import HostForms
    from meshctl.mesh.clauses.kept_addresses import KeptAddresses
    from meshctl.mesh.clauses.match_listeners import MatchListeners
    from meshctl.mesh.clauses.mesh_settings import MeshSettings
    from meshctl.mesh.clauses.outside_hosts import OutsideHosts
    from meshctl.mesh.clauses.patches.extension_chains import ExtensionChains
    from meshctl.mesh.clauses.patches.filter_names import FilterNames
    from meshctl.mesh.clauses.patches.patched_chains import PatchedChains
    from meshctl.mesh.clauses.patches.patched_clusters import PatchedClusters
    from meshctl.mesh.clauses.patches.patched_ports import PatchedPorts
    from meshctl.mesh.clauses.patches.patched_routes import PatchedRoutes
    from meshctl.mesh.clauses.refusals.authorizers import Authorizers
    from meshctl.mesh.clauses.refusals.closed_ports import ClosedPorts
    from meshctl.mesh.clauses.refusals.endpoint_pods import EndpointPods
    from meshctl.mesh.clauses.refusals.network_gaps import NetworkGaps
    from meshctl.mesh.clauses.refusals.outside_clients import OutsideClients
    from meshctl.mesh.clauses.refusals.preflights import Preflights
    from meshctl.mesh.clauses.refusals.refused_callers import RefusedCallers
    from meshctl.mesh.clauses.refusals.removed_tokens import RemovedTokens
    from meshctl.mesh.clauses.refusals.routed_requests import RoutedRequests
    from meshctl.mesh.clauses.refusals.shut_waypoints import ShutWaypoints
    from meshctl.mesh.clauses.refusals.tokenless_gateways import TokenlessGateways
    from meshctl.mesh.clauses.refusals.wider_rules import WiderRules
    from meshctl.mesh.clauses.token_issuers import TokenIssuers
    from meshctl.mesh.clauses.unread_settings import UnreadSettings
    from meshctl.mesh.clauses.unrouted_hosts import UnroutedHosts
    from meshctl.mesh.clauses.waypoint_bypass import WaypointBypass
    from meshctl.mesh.clauses.waypoint_callers import WaypointCallers


class ClausesFacade:
    """Answers about the effect of clauses, each made once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    @cached_property
    def match_listeners(self) -> "MatchListeners":
        """Matches that istiod leaves out where it writes routes."""
        from meshctl.mesh.clauses.match_listeners import MatchListeners

        return MatchListeners(self._parts)

    @cached_property
    def mesh_settings(self) -> "MeshSettings":
        """Settings of the mesh that lead to nothing."""
        from meshctl.mesh.clauses.mesh_settings import MeshSettings

        return MeshSettings(self._parts)

    @cached_property
    def egress_tls(self) -> "EgressTls":
        """TLS between sidecars and egress gateways."""
        from meshctl.mesh.clauses.egress_tls import EgressTls

        return EgressTls(self._parts)

    @cached_property
    def client_certificates(self) -> "ClientCertificates":
        """Identities of the clients of gateways."""
        from meshctl.mesh.clauses.client_certificates import ClientCertificates

        return ClientCertificates(self._parts)

    @cached_property
    def custom_rivals(self) -> "CustomRivals":
        """Policies that ask several providers at one proxy."""
        from meshctl.mesh.clauses.custom_rivals import CustomRivals

        return CustomRivals(self._parts)

    @cached_property
    def waypoint_bypass(self) -> "WaypointBypass":
        """Requests that waypoints don't see."""
        from meshctl.mesh.clauses.waypoint_bypass import WaypointBypass

        return WaypointBypass(self._parts)

    @cached_property
    def network_gaps(self) -> "NetworkGaps":
        """What NetworkPolicies keep out though the mesh leads there."""
        from meshctl.mesh.clauses.refusals.network_gaps import NetworkGaps

        return NetworkGaps(self._parts)

    @cached_property
    def refused_callers(self) -> "RefusedCallers":
        """Clients that AuthorizationPolicies refuse though the mesh leads them there."""
        from meshctl.mesh.clauses.refusals.refused_callers import RefusedCallers

        return RefusedCallers(self._parts)

    @cached_property
    def authorizers(self) -> "Authorizers":
        """External authorizers that nobody can ask."""
        from meshctl.mesh.clauses.refusals.authorizers import Authorizers

        return Authorizers(self._parts)

    @cached_property
    def closed_ports(self) -> "ClosedPorts":
        """Ports of Services that policies close for all but metrics."""
        from meshctl.mesh.clauses.refusals.closed_ports import ClosedPorts

        return ClosedPorts(self._parts)

    @cached_property
    def may_read_audits(self) -> bool:
        """May a plugin, a filter or the format of a log read what AUDIT policies mark?"""
        from meshctl.mesh.clauses.refusals.audit_readers import may_read_audits

        return may_read_audits(self._parts)

    @cached_property
    def removed_tokens(self) -> "RemovedTokens":
        """Headers that lose their token before policies are asked."""
        from meshctl.mesh.clauses.refusals.removed_tokens import RemovedTokens

        return RemovedTokens(self._parts)

    @cached_property
    def endpoint_pods(self) -> "EndpointPods":
        """Pods behind endpoints that are names of Services."""
        from meshctl.mesh.clauses.refusals.endpoint_pods import EndpointPods

        return EndpointPods(self._parts)

    @cached_property
    def outside_clients(self) -> "OutsideClients":
        """Clients outside the mesh that are led to pods which take mutual TLS alone."""
        from meshctl.mesh.clauses.refusals.outside_clients import OutsideClients

        return OutsideClients(self._parts)

    @cached_property
    def routed_requests(self) -> "RoutedRequests":
        """Requests that gateways never send."""
        from meshctl.mesh.clauses.refusals.routed_requests import RoutedRequests

        return RoutedRequests(self._parts)

    @cached_property
    def preflights(self) -> "Preflights":
        """Preflights that gateways refuse."""
        from meshctl.mesh.clauses.refusals.preflights import Preflights

        return Preflights(self._parts)

    @cached_property
    def tokenless_gateways(self) -> "TokenlessGateways":
        """Gateways whose requests need no token."""
        from meshctl.mesh.clauses.refusals.tokenless_gateways import TokenlessGateways

        return TokenlessGateways(self._parts)

    @cached_property
    def shut_waypoints(self) -> "ShutWaypoints":
        """Waypoints that the policies of workloads behind them don't let in."""
        from meshctl.mesh.clauses.refusals.shut_waypoints import ShutWaypoints

        return ShutWaypoints(self._parts)

    @cached_property
    def wider_rules(self) -> "WiderRules":
        """Rules that let in all that another policy does, and more."""
        from meshctl.mesh.clauses.refusals.wider_rules import WiderRules

        return WiderRules(self._parts)

    @cached_property
    def outside_hosts(self) -> "OutsideHosts":
        """Hosts outside the mesh, and what they are asked for."""
        from meshctl.mesh.clauses.outside_hosts import OutsideHosts

        return OutsideHosts(self._parts)

    @cached_property
    def kept_addresses(self) -> "KeptAddresses":
        """ServiceEntries without resolution."""
        from meshctl.mesh.clauses.kept_addresses import KeptAddresses

        return KeptAddresses(self._parts)

    @cached_property
    def hidden_providers(self) -> "HiddenProviders":
        """Providers that Sidecars hide."""
        from meshctl.mesh.clauses.hidden_providers import HiddenProviders

        return HiddenProviders(self._parts)

    @cached_property
    def hidden_routes(self) -> "RoutesOfCallers":
        """Routes that no caller gets."""
        from meshctl.mesh.clauses.hidden_routes import RoutesOfCallers

        return RoutesOfCallers(self._parts)

    @cached_property
    def host_forms(self) -> "HostForms":
        """Names of Services in policies."""
        from meshctl.mesh.clauses.host_forms import HostForms

        return HostForms(self._parts)

    @cached_property
    def token_issuers(self) -> "TokenIssuers":
        """Issuers of tokens that are known."""
        from meshctl.mesh.clauses.token_issuers import TokenIssuers

        return TokenIssuers(self._parts)

    @cached_property
    def patched_ports(self) -> "PatchedPorts":
        """Ports that EnvoyFilters look for."""
        from meshctl.mesh.clauses.patches.patched_ports import PatchedPorts

        return PatchedPorts(self._parts)

    @cached_property
    def extension_chains(self) -> "ExtensionChains":
        """Chains that WasmPlugins ask for."""
        from meshctl.mesh.clauses.patches.extension_chains import ExtensionChains

        return ExtensionChains(
            self.patched_ports, self._parts.workloads, self._parts.config.root_namespace
        )

    @cached_property
    def filter_names(self) -> "FilterNames":
        """Filters that EnvoyFilters look for."""
        from meshctl.mesh.clauses.patches.filter_names import FilterNames

        return FilterNames(self._parts)

    @cached_property
    def patched_chains(self) -> "PatchedChains":
        """Filter chains that EnvoyFilters look for."""
        from meshctl.mesh.clauses.patches.patched_chains import PatchedChains

        return PatchedChains(self._parts, self.patched_ports)

    @cached_property
    def patched_routes(self) -> "PatchedRoutes":
        """Routes that EnvoyFilters look for."""
        from meshctl.mesh.clauses.patches.patched_routes import PatchedRoutes

        return PatchedRoutes(self._parts)

    @cached_property
    def patched_clusters(self) -> "PatchedClusters":
        """Clusters that EnvoyFilters look for."""
        from meshctl.mesh.clauses.patches.patched_clusters import PatchedClusters

        return PatchedClusters(self._parts)

    @cached_property
    def asked_hosts(self) -> "AskedHosts":
        """Hosts that requests for VirtualServices have."""
        from meshctl.mesh.clauses.asked_hosts import AskedHosts

        return AskedHosts(self._parts)

    @cached_property
    def copied_pods(self) -> "CopiedPods":
        """Pods that Flagger copies with another label."""
        from meshctl.mesh.clauses.copied_pods import CopiedPods

        return CopiedPods(self._parts)

    @cached_property
    def unread_settings(self) -> "UnreadSettings":
        """Settings of rules that nothing reads."""
        from meshctl.mesh.clauses.unread_settings import UnreadSettings

        return UnreadSettings(self._parts)

    @cached_property
    def unrouted_hosts(self) -> "UnroutedHosts":
        """Hosts whose requests all go to others."""
        from meshctl.mesh.clauses.unrouted_hosts import UnroutedHosts

        return UnroutedHosts(self._parts)

    @cached_property
    def waypoint_callers(self) -> "WaypointCallers":
        """Callers that waypoints refuse."""
        from meshctl.mesh.clauses.waypoint_callers import WaypointCallers

        return WaypointCallers(self._parts)
