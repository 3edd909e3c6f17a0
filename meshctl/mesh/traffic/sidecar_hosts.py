"""The VirtualService that sidecars use for a host, and those they leave out.

For sidecars istiod doesn't merge: of several VirtualServices with http routes for one host the
first that gives a proxy any route is used, private ones before those exported by name before
public ones, each group by age (VirtualServicesForGateway, pilot/pkg/model/push_context.go, and
the duplicate domains of pilot/pkg/networking/core/httproute.go, Istio 1.31).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from meshctl.mesh.core.export_to import PUBLIC, visibility
from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import order_is_known
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.delegates import MESH
from meshctl.mesh.traffic.route_matches import RouteMatches
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import Ref, VirtualService


@dataclass(frozen=True, slots=True, eq=False)
class HostClaim:
    """A host that a VirtualService claims in the mesh, and where it is written."""

    service: VirtualService
    host: str
    index: int

    @property
    def place(self) -> Ref:
        """The entry of ``hosts``."""
        return self.service.spec.at("hosts", self.index)


@dataclass(frozen=True, slots=True, eq=False)
class LostHost:
    """A host for which some clients never ask a VirtualService, because ``winner`` is first.

    Where the order is not known, each of the two may be the loser, and is filed as one.
    """

    loser: HostClaim
    winner: HostClaim
    clients: str
    """A namespace, or ``*`` for all."""
    order_known: bool
    ports: tuple[int, ...] = ()
    """The ports that are lost; empty for all that the loser routes on."""

    @property
    def is_harmless(self) -> bool:
        """Do both say the same?"""
        service, other = self.loser.service, self.winner.service
        same = service.spec.data.get("http") == other.spec.data.get("http")
        return same and service.namespace == other.namespace


class SidecarHosts:
    """All hosts that VirtualServices claim in the mesh."""

    def __init__(
        self, routes: Routes, alternatives: RouteMatches, registry: Registry, config: MeshConfig
    ) -> None:
        self._alternatives = alternatives
        self._registry = registry
        self._config = config
        self._splitting: dict[str, VirtualService] = {}
        self._lost: dict[VirtualService, list[LostHost]] = {}
        groups: dict[tuple[str, str, int], list[HostClaim]] = {}
        for service in routes.naming(MESH):
            for claim in _claims(service, registry):
                if claim.host not in self._splitting and self._chooses_subset(claim):
                    self._splitting[claim.host] = service
                for clients in self._clients(service):
                    rank = routes.rank(service, None if clients == "*" else clients)
                    groups.setdefault((claim.host, clients, rank), []).append(claim)
        for (_, clients, _), claims in groups.items():
            self._file(clients, claims)

    def lost(self, service: VirtualService) -> Iterable[LostHost]:
        """List the hosts that a VirtualService loses, once for each."""
        return self._lost.get(service, ())

    def splitting(self, host: str) -> VirtualService | None:
        """Find a VirtualService whose http rules for sidecars choose subsets of just this host."""
        return self._splitting.get(host.lower())

    def _chooses_subset(self, claim: HostClaim) -> bool:
        return any(
            entry.destination.subset
            and self._registry.fqdn(entry.destination.host, claim.service.namespace).lower()
            == claim.host
            for route in claim.service.http
            for entry in route.routes
        )

    def _clients(self, service: VirtualService) -> Iterator[str]:
        default = self._config.virtual_service_export_to
        visible = visibility(service.export_to, service.namespace, default)
        yield from ("*",) if visible == PUBLIC else sorted(visible)

    def _file(self, clients: str, claims: list[HostClaim]) -> None:
        """Go through claims by age: the first with routes for everyone on a port has it alone."""
        taken: list[tuple[HostClaim, frozenset[int | None]]] = []
        for claim in claims:
            if not claim.service.http:
                continue
            own = self._ports(claim.service)
            whole = self._ports(claim.service, for_everyone=True)
            for earlier, ports in taken:
                if claim.service.key_name == earlier.service.key_name:
                    continue  # two documents of one object are never both in the mesh
                known = order_is_known((earlier.service, claim.service))
                lost = _lost_ports(ports, own)
                if lost is not None:
                    self._lose(LostHost(claim, earlier, clients, known, lost))
                back = None if known else _lost_ports(whole, self._ports(earlier.service))
                if back is not None:
                    self._lose(LostHost(earlier, claim, clients, known, back))
            taken.append((claim, whole))

    def _lose(self, lost: LostHost) -> None:
        """File a loss under the one that loses, unless its host is lost already."""
        filed = self._lost.setdefault(lost.loser.service, [])
        if not any(lost_host.loser.host == lost.loser.host for lost_host in filed):
            filed.append(lost)

    def _ports(
        self, service: VirtualService, *, for_everyone: bool = False
    ) -> frozenset[int | None]:
        """Collect the ports on which sidecars get routes of it; ``None`` is every port.

        ``for_everyone`` leaves out what is for certain clients alone.
        """
        return frozenset(
            match.request.port
            for match in self._alternatives.of(service)
            if MESH in match.request.gateways
            and not (
                for_everyone and (match.request.source_labels or match.request.source_namespace)
            )
        )


def _lost_ports(taken: frozenset[int | None], own: frozenset[int | None]) -> tuple[int, ...] | None:
    """Say which ports are lost to one that has taken some: ``()`` is all, ``None`` is none."""
    if None in taken:
        return () if own else None
    numbers = frozenset(port for port in taken if port is not None)
    lost = numbers if None in own else numbers & own
    if not lost:
        return None
    return () if lost == own else tuple(sorted(port for port in lost if port is not None))


def _claims(service: VirtualService, registry: Registry) -> Iterator[HostClaim]:
    seen = set()
    for index, written in enumerate(service.hosts):
        host = registry.fqdn(written, service.namespace).lower()
        if host and host not in seen:
            seen.add(host)
            yield HostClaim(service, host, index)
