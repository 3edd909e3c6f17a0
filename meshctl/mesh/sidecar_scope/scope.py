"""The hosts that a proxy knows, by the Sidecar that is for it (SidecarScope).

Mirrors getSidecarScope (pilot/pkg/model/push_context.go) and convertToSidecarScope (sidecar.go,
Istio 1.31): the Sidecar that selects the workload, else that of the namespace, else that of the
root namespace; they are never merged. Without egress listeners everything is imported.
"""

from collections.abc import Callable, Iterator, Sequence

from meshctl.mesh.core.hosts import covers, fqdn
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.registry.services import RegisteredHost
from meshctl.mesh.sidecar_scope.egress_hosts import EgressEntry, egress_entries
from meshctl.mesh.sidecar_scope.egress_listeners import EgressScope, SidecarClient, egress_scopes
from meshctl.mesh.traffic.destinations import Destinations
from meshctl.mesh.workloads.membership import Membership, is_gateway
from meshctl.mesh.workloads.policy_attachment import PolicyAttachments
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import Sidecar, VirtualService, Workload
from meshctl.resources.cached_property import cached_property

ALLOW_ANY = "ALLOW_ANY"
REGISTRY_ONLY = "REGISTRY_ONLY"


class SidecarScopes:
    """What Sidecars let proxies see."""

    def __init__(
        self, sidecars: PolicyAttachments[Sidecar], workloads: Workloads,
        destinations: Callable[[], Destinations], config: MeshConfig,
    ) -> None:  # fmt: skip
        self._sidecars = sidecars
        self._workloads = workloads
        self._destinations = destinations
        self._config = config

    def sidecar_of(self, workload: Workload) -> Sidecar | None:
        """The Sidecar that counts for a workload: none does for gateways.

        They get DefaultSidecarScopeForGateway (getSidecarScope, pilot/pkg/model/push_context.go,
        Istio 1.31).
        """
        if is_gateway(workload):
            return None
        own = self._sidecars.for_workload(workload)
        return own[0] if own else self.default_of(workload.namespace)

    def default_of(self, namespace: str) -> Sidecar | None:
        """The Sidecar that counts for workloads which none selects."""
        wide = self._sidecars.for_namespace(namespace) or self._root_default
        return wide[0] if wide else None

    def outbound_policy(self, sidecar: Sidecar | None) -> str:
        """Read the mode of outboundTrafficPolicy: the Sidecar's, else the mesh's.

        REGISTRY_ONLY is enum value 0, so what a block without ``mode`` says.
        """
        if sidecar is not None and sidecar.spec.has("outboundTrafficPolicy"):
            return sidecar.spec.child("outboundTrafficPolicy").text("mode") or REGISTRY_ONLY
        written = self._config.raw.get("outboundTrafficPolicy")
        if isinstance(written, dict):
            return str(written.get("mode") or REGISTRY_ONLY)
        return ALLOW_ANY

    def client(self, workload: Workload) -> SidecarClient:
        """A workload as a client: what its sidecar sees."""
        sidecar = self.sidecar_of(workload)
        scopes = egress_scopes(sidecar, workload.namespace)
        return SidecarClient(workload.namespace, workload.pod_labels, scopes)

    def client_of(self, namespace: str) -> SidecarClient:
        """A workload of a namespace that no Sidecar selects, with labels of which nothing is known."""
        scopes = egress_scopes(self.default_of(namespace), namespace)
        return SidecarClient(namespace, None, scopes)

    def replaced_by(self, sidecar: Sidecar) -> Sidecar | None:
        """The wider Sidecar that workloads of this one would follow without it."""
        if sidecar.workload_selector:
            return self.default_of(sidecar.namespace)
        wider = self._root_default[0] if self._root_default else None
        return wider if wider is not None and wider.namespace != sidecar.namespace else None

    def reached(self, sidecar: Sidecar) -> Sequence[Workload]:
        """List the workloads in the mesh for which a Sidecar counts."""
        return self._counting.get(sidecar, ())

    @cached_property
    def _counting(self) -> dict[Sidecar, list[Workload]]:
        found: dict[Sidecar, list[Workload]] = {}
        for workload in self._workloads:
            if self._workloads.membership(workload) is Membership.SIDECAR:
                sidecar = self.sidecar_of(workload)
                if sidecar is not None:
                    found.setdefault(sidecar, []).append(workload)
        return found

    def hides(
        self, sidecar: Sidecar, host: RegisteredHost, port: int | None, namespace: str
    ) -> str:
        """Say how a Sidecar hides a host from calls to a port, as messages put it; else empty."""
        if not self.includes(sidecar, host, namespace):
            return "no egress entry imports"
        if port is None or host.port(port) is None:
            return ""
        scope = SidecarClient(namespace, None, egress_scopes(sidecar, namespace)).scope(port)
        if scope is None:
            return f"no egress listener is for: port {port} has none"
        if scope.imports(host) or self._is_routed(host.host, scope):
            return ""
        only = f"that for port {scope.port}" if scope.port else "the one for all other ports"
        return f"the egress listener that counts, {only}, doesn't import"

    def _is_routed(self, host: str, scope: EgressScope) -> bool:
        """Does a VirtualService that a listener imports route to a host, which brings it in?"""
        routed = {destination.resource for destination in self._destinations().to(host)}
        return any(
            isinstance(service, VirtualService)
            and scope.reads(
                service.namespace,
                [fqdn(one, service.namespace, self._config.domain) for one in service.hosts],
            )
            for service in routed
        )

    def includes(self, sidecar: Sidecar, host: RegisteredHost, namespace: str) -> bool:
        """Do clients of a namespace that follow a Sidecar know a host, on any port?

        Where a VirtualService is imported, so is what it routes to; that its host is imported
        too, beside its namespace, is taken for granted.
        """
        if not sidecar.egress:
            return True
        entries = list(egress_entries(sidecar, namespace))
        if any(
            entry.namespace in {"*", host.namespace} and covers(entry.host, host.host)
            for entry in entries
        ):
            return True
        routed = {
            destination.resource.namespace for destination in self._destinations().to(host.host)
        }
        return any(
            entry.namespace in routed or (routed and entry.namespace == "*") for entry in entries
        )

    def lost(self, sidecar: Sidecar, wider: Sidecar) -> Iterator[EgressEntry]:
        """Walk what the wider Sidecar imports of certain namespaces and this one doesn't."""
        kept = list(egress_entries(sidecar))
        for entry in egress_entries(wider, sidecar.namespace) if sidecar.egress else ():
            if entry.namespace != "*" and not any(
                egress_entry.namespace in {"*", entry.namespace}
                and covers(egress_entry.host, entry.host)
                for egress_entry in kept
            ):
                yield entry

    @property
    def _root_default(self) -> tuple[Sidecar, ...]:
        return tuple(self._sidecars.for_namespace(self._config.root_namespace))
