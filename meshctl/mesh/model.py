"""What does istiod make of this set of resources? All answers, each made once."""

# The modules are imported where they are asked, since an input needs few of them.
# ruff: noqa: PLC0415

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.indexes import Indexes
from meshctl.resources import (
    Resource,
)
from meshctl.resources.cached_property import cached_property
from meshctl.settings import InjectionByHand, Ownership
from meshctl.validation.faults import ACCEPTED, Verdict

if TYPE_CHECKING:
    from meshctl.mesh.gateways.egress_paths import EgressGateways
    from meshctl.mesh.gateways.gateway_api_routes import AttachedRoutes
    from meshctl.mesh.gateways.ingress_paths import Entrances
    from meshctl.mesh.gateways.route_overlaps import Collisions
    from meshctl.mesh.ownership import Owners
    from meshctl.mesh.security.client_identity import Clients
    from meshctl.mesh.security.http_workloads import HttpWorkloads
    from meshctl.mesh.security.request_authentication import Tokens
    from meshctl.mesh.security.tls_conflicts import TlsConflicts
    from meshctl.mesh.security.tls_origination import TlsOrigination
    from meshctl.mesh.sidecar_scope.declared_calls import Dependencies
    from meshctl.mesh.sidecar_scope.proxy_memory import ProxySizes
    from meshctl.mesh.sidecar_scope.scope import Imports
    from meshctl.mesh.traffic.clusters import Upstreams
    from meshctl.mesh.traffic.subsets import SubsetLookup
    from meshctl.mesh.workloads.endpoints import SubsetPods
    from meshctl.mesh.workloads.replicas import Replicas
    from meshctl.mesh.workloads.wide_ports import WidePorts


class Mesh(Indexes):
    """All resources with all that follows from them; immutable.

    ``judge`` says what is wrong with one object by itself; without it nothing is.
    """

    def __init__(  # noqa: PLR0913 - each says one thing about the input, and has a default
        self, resources: Sequence[Resource], config: MeshConfig | None = None, *,
        is_whole: bool = False, judge: Callable[[Resource], Verdict] = lambda _: ACCEPTED,
        ownership: Ownership | None = None, unread: frozenset[str] = frozenset(),
        injection: InjectionByHand | None = None,
    ) -> None:  # fmt: skip
        super().__init__(resources, config, is_whole=is_whole, unread=unread, injection=injection)
        self._judge = judge
        self._ownership = ownership or Ownership()
        self._verdicts: dict[Resource, Verdict] = {}

    def warm_up(self) -> None:
        """Make the indexes that most rules share, so that forked processes inherit them."""
        _ = self.registry, self.workloads, self.upstreams

    def verdict(self, resource: Resource) -> Verdict:
        """What the API server would say to one object; each is judged once."""
        verdict = self._verdicts.get(resource)
        if verdict is None:
            verdict = self._verdicts[resource] = self._judge(resource)
        return verdict

    @cached_property
    def upstreams(self) -> "Upstreams":
        """What destinations lead to."""
        from meshctl.mesh.traffic.clusters import Upstreams

        return Upstreams(self)

    @cached_property
    def subset_lookup(self) -> "SubsetLookup":
        """Who finds the subset of a destination."""
        from meshctl.mesh.traffic.subsets import SubsetLookup

        return SubsetLookup(self)

    @cached_property
    def collisions(self) -> "Collisions":
        """VirtualServices that take each other's requests at a gateway."""
        from meshctl.mesh.gateways.route_overlaps import Collisions
        from meshctl.mesh.gateways.shared_virtual_hosts import shared_hosts

        return Collisions(shared_hosts(self))

    @cached_property
    def subset_pods(self) -> "SubsetPods":
        """Pods behind subsets."""
        from meshctl.mesh.workloads.endpoints import SubsetPods

        return SubsetPods(self)

    @cached_property
    def tls_conflicts(self) -> "TlsConflicts":
        """Clients and servers that TLS keeps apart."""
        from meshctl.mesh.security.tls_conflicts import TlsConflicts

        return TlsConflicts(self)

    @cached_property
    def tls_origination(self) -> "TlsOrigination":
        """TLS to servers that speak it themselves."""
        from meshctl.mesh.security.tls_origination import TlsOrigination

        return TlsOrigination(self)

    @cached_property
    def replicas(self) -> "Replicas":
        """Numbers of pods."""
        from meshctl.mesh.workloads.replicas import Replicas

        return Replicas(self)

    @cached_property
    def imports(self) -> "Imports":
        """The hosts that proxies know."""
        from meshctl.mesh.sidecar_scope.scope import Imports

        return Imports(self)

    @cached_property
    def dependencies(self) -> "Dependencies":
        """The hosts that workloads call, as their settings say."""
        from meshctl.mesh.sidecar_scope.declared_calls import Dependencies

        return Dependencies(self)

    @cached_property
    def proxy_sizes(self) -> "ProxySizes":
        """What proxies keep in memory."""
        from meshctl.mesh.sidecar_scope.proxy_memory import ProxySizes

        return ProxySizes(self)

    @cached_property
    def egress_gateways(self) -> "EgressGateways":
        """Gateways that sidecars route to."""
        from meshctl.mesh.gateways.egress_paths import EgressGateways

        return EgressGateways(self)

    @cached_property
    def http_workloads(self) -> "HttpWorkloads":
        """Policies whose workloads get HTTP alone."""
        from meshctl.mesh.security.http_workloads import HttpWorkloads

        return HttpWorkloads(self)

    @cached_property
    def attached_routes(self) -> "AttachedRoutes":
        """Routes of the Gateway API by what they attach to."""
        from meshctl.mesh.gateways.gateway_api_routes import AttachedRoutes

        return AttachedRoutes(self)

    @cached_property
    def owners(self) -> "Owners":
        """Teams, and what their objects touch."""
        from meshctl.mesh.ownership import Owners

        return Owners(self, self._ownership)

    @cached_property
    def clients(self) -> "Clients":
        """Workloads as clients."""
        from meshctl.mesh.security.client_identity import Clients

        return Clients(self)

    @cached_property
    def entrances(self) -> "Entrances":
        """Routes from gateways to workloads."""
        from meshctl.mesh.gateways.ingress_paths import Entrances

        return Entrances(self)

    @cached_property
    def tokens(self) -> "Tokens":
        """RequestAuthentications by the workloads they are for."""
        from meshctl.mesh.security.request_authentication import Tokens

        return Tokens(self)

    @cached_property
    def wide_ports(self) -> "WidePorts":
        """Ports of ServiceEntries that take the traffic of others."""
        from meshctl.mesh.workloads.wide_ports import WidePorts

        return WidePorts(self)
