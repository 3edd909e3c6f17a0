"""What routes name, and whether proxies have it: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Callable
from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.gateway_api.reference_grants import ReferenceGrants
from meshctl.mesh.gateways.facade import GatewaysFacade
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.mesh.traffic.facade import TrafficFacade
from meshctl.mesh.workloads.facade import WorkloadsFacade
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.gateways.gateway_index import Gateways
    from meshctl.mesh.reachability.client_credentials import ClientCredentials
    from meshctl.mesh.reachability.clusters import Clusters
    from meshctl.mesh.reachability.egress_paths import EgressPaths
    from meshctl.mesh.reachability.ingress_paths import IngressPaths
    from meshctl.mesh.reachability.network_gateways import NetworkGateways
    from meshctl.mesh.reachability.networks import Networks
    from meshctl.mesh.reachability.redirect_loops import RedirectLoops
    from meshctl.mesh.reachability.subsets import Subsets
    from meshctl.mesh.traffic.routes import Routes


class ReachabilityFacade:
    """Clusters, subsets and ways that routes lead to."""

    def __init__(
        self, inventory: Inventory, registry: RegistryFacade, workloads: WorkloadsFacade,
        traffic: TrafficFacade, gateways: GatewaysFacade, grants: ReferenceGrants,
        merged: "Callable[[], tuple[Routes, Gateways]]",
    ) -> None:  # fmt: skip
        """``merged`` gives routes and gateways with those of the Gateway API."""
        self._inventory = inventory
        self._registry = registry
        self._workloads = workloads
        self._grants = grants
        self._traffic = traffic
        self._gateways = gateways
        self._merged = merged

    @cached_property
    def clusters(self) -> "Clusters":
        """What destinations lead to."""
        from meshctl.mesh.reachability.clusters import Clusters

        return Clusters(self._inventory, self._registry, self._traffic.routes, self._gateways)

    @cached_property
    def subsets(self) -> "Subsets":
        """Who finds the subset of a destination."""
        from meshctl.mesh.reachability.subsets import Subsets

        return Subsets(
            self._inventory,
            self._registry,
            self._traffic.routes,
            self._traffic.destination_rules,
            self._gateways,
            self.clusters,
            self._workloads,
        )

    @cached_property
    def client_credentials(self) -> "ClientCredentials":
        """Where proxies look for the Secrets of DestinationRules."""
        from meshctl.mesh.reachability.client_credentials import ClientCredentials

        return ClientCredentials(
            self._inventory,
            self._traffic.destination_rules,
            self._traffic.destinations,
            self._gateways,
            self._registry.secrets,
        )

    @cached_property
    def network_gateways(self) -> "NetworkGateways":
        """Ways in from other networks."""
        from meshctl.mesh.reachability.network_gateways import NetworkGateways

        return NetworkGateways(self._inventory, self._registry, self._workloads, self._gateways)

    @cached_property
    def networks(self) -> "Networks":
        """What lies in other networks."""
        from meshctl.mesh.reachability.networks import Networks

        return Networks(self._inventory, self._registry.workload_entries, self._workloads)

    @cached_property
    def redirect_loops(self) -> "RedirectLoops":
        """Redirects that lead back to the rule that gave them."""
        from meshctl.mesh.reachability.redirect_loops import RedirectLoops

        return RedirectLoops(self._traffic.route_matches, self._registry, self._gateways)

    @cached_property
    def egress_paths(self) -> "EgressPaths":
        """Gateways that sidecars route to."""
        from meshctl.mesh.reachability.egress_paths import EgressPaths

        return EgressPaths(self._registry, *self._merged(), self.clusters)

    @cached_property
    def ingress_paths(self) -> "IngressPaths":
        """Routes from gateways to workloads."""
        from meshctl.mesh.reachability.ingress_paths import IngressPaths

        return IngressPaths(
            self._inventory, self._registry, self._workloads, self._traffic.routes, self._gateways,
            self._grants,
        )  # fmt: skip
