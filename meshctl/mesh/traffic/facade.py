"""What VirtualServices and DestinationRules become: one facade over this package."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from typing import TYPE_CHECKING

from meshctl.mesh.core.inventory import Inventory
from meshctl.mesh.registry.facade import RegistryFacade
from meshctl.resources import BackendTlsPolicy, DestinationRule, KubernetesRoute, VirtualService
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.traffic.backend_tls.policies import BackendTls
    from meshctl.mesh.traffic.canaries import Canaries
    from meshctl.mesh.traffic.destination_rules import DestinationRules
    from meshctl.mesh.traffic.destinations import Destinations
    from meshctl.mesh.traffic.rollouts import Rollouts
    from meshctl.mesh.traffic.route_matches import RouteMatches
    from meshctl.mesh.traffic.routes import Routes
    from meshctl.mesh.traffic.sidecar_hosts import SidecarHosts
    from meshctl.mesh.traffic.split_sessions import SplitSessions
    from meshctl.mesh.traffic.unreachable_rules import UnreachableRules


class TrafficFacade:
    """Routes, and the rules that clients follow on their way to a host."""

    def __init__(self, inventory: Inventory, registry: RegistryFacade) -> None:
        self._inventory = inventory
        self._registry = registry

    @cached_property
    def routes(self) -> "Routes":
        """What VirtualServices become, at gateways and in the mesh."""
        from meshctl.mesh.traffic.routes import Routes

        return Routes(self._inventory.of(VirtualService), self._registry, self._inventory.config)

    @cached_property
    def canaries(self) -> "Canaries":
        """What stands in the way of Canaries."""
        from meshctl.mesh.traffic.canaries import Canaries

        return Canaries(self._inventory)

    @cached_property
    def rollouts(self) -> "Rollouts":
        """What Rollouts of Argo shift."""
        from meshctl.mesh.traffic.rollouts import Rollouts

        return Rollouts(self._inventory)

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

        return SidecarHosts(self.routes, self.route_matches, self._registry, self._inventory.config)

    @cached_property
    def destinations(self) -> "Destinations":
        """Routes by the host and subset they send requests to."""
        from meshctl.mesh.traffic.destinations import Destinations

        return Destinations(
            self._inventory.of(VirtualService),
            self._inventory.of(KubernetesRoute),
            self._inventory.config,
        )

    @cached_property
    def destination_rules(self) -> "DestinationRules":
        """The DestinationRule each client follows, with those that istiod makes of BackendTLSPolicies."""
        from meshctl.mesh.traffic.destination_rules import DestinationRules

        rules = self._inventory.of(DestinationRule)
        if self._inventory.of(BackendTlsPolicy):
            from meshctl.mesh.traffic.backend_tls.generated_rules import generated_rules

            rules = [*rules, *generated_rules(self.backend_tls)]
        return DestinationRules(rules, self._registry, self._inventory.config)

    @cached_property
    def backend_tls(self) -> "BackendTls":
        """What BackendTLSPolicies are for."""
        from meshctl.mesh.traffic.backend_tls.policies import BackendTls

        return BackendTls(self._inventory, self._registry)

    @cached_property
    def split_sessions(self) -> "SplitSessions":
        """Hashes whose clients routes part by weight."""
        from meshctl.mesh.traffic.split_sessions import SplitSessions

        return SplitSessions(self.destination_rules, self.destinations)
