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

_Ports = frozenset[int | None]


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
        self._lost: dict[VirtualService, dict[str, LostHost]] = {}
        self._claimants: dict[str, set[str]] = {}
        groups: dict[tuple[str, str, int], list[HostClaim]] = {}
        for service in routes.naming(MESH):
            split = self._split_by(service)
            for claim in _claims(service, registry):
                self._claimants.setdefault(claim.host, set()).add(service.key_name)
                if claim.host in split:
                    self._splitting.setdefault(claim.host, service)
                for clients in self._clients(service):
                    rank = routes.rank(service, None if clients == "*" else clients)
                    groups.setdefault((claim.host, clients, rank), []).append(claim)
        for (_, clients, _), claims in groups.items():
            self._file(clients, claims)

    def lost(self, service: VirtualService) -> Iterable[LostHost]:
        """List the hosts that a VirtualService loses, once for each."""
        return self._lost.get(service, {}).values()

    def claimants(self, host: str) -> int:
        """Count the VirtualServices that claim a host."""
        return len(self._claimants.get(host, ()))

    def splitting(self, host: str) -> VirtualService | None:
        """Find a VirtualService whose http rules for sidecars choose subsets of just this host."""
        return self._splitting.get(host.lower())

    def _split_by(self, service: VirtualService) -> frozenset[str]:
        """The hosts of which the http rules of a VirtualService choose subsets."""
        return frozenset(
            self._registry.fqdn(entry.destination.host, service.namespace).lower()
            for route in service.http
            for entry in route.routes
            if entry.destination.subset
        )

    def _clients(self, service: VirtualService) -> Iterator[str]:
        default = self._config.virtual_service_export_to
        visible = visibility(service.export_to, service.namespace, default)
        yield from ("*",) if visible == PUBLIC else sorted(visible)

    def _file(self, clients: str, claims: list[HostClaim]) -> None:
        """Go through claims by age: the first with routes for everyone on a port has it alone.

        Claims are kept by the ports they take, and those that haven't lost by the ports they want:
        there are few of either, however many claims.
        """
        taken: dict[_Ports, list[tuple[int, HostClaim]]] = {}
        open_: dict[tuple[_Ports, bool], list[HostClaim]] = {}
        for number, claim in enumerate(claims):
            if not claim.service.http:
                continue
            own = self._ports(claim.service)
            whole = self._ports(claim.service, for_everyone=True)
            has_time = claim.service.created is not None
            is_lost = self._lose_to_earlier(clients, claim, own, taken)
            for (ports, other_has_time), several in open_.items():
                lost = None if has_time and other_has_time else _lost_ports(whole, ports)
                if lost is not None:
                    losers = [
                        host_claim
                        for host_claim in several
                        if not _is_same_object(host_claim, claim)
                    ]
                    for loser in losers:
                        self._lose(LostHost(loser, claim, clients, order_known=False, ports=lost))
                    several[:] = [
                        host_claim for host_claim in several if _is_same_object(host_claim, claim)
                    ]
            if not is_lost:
                open_.setdefault((own, has_time), []).append(claim)
            first = taken.setdefault(whole, [])
            if len(first) < 2 and not any(_is_same_object(other, claim) for _, other in first):  # noqa: PLR2004 - of one object there may be two documents
                first.append((number, claim))

    def _lose_to_earlier(
        self, clients: str, claim: HostClaim, own: _Ports,
        taken: dict[_Ports, list[tuple[int, HostClaim]]],
    ) -> bool:  # fmt: skip
        """File the loss of a claim to the first one that has taken what it wants, if one has."""
        rivals = [
            (number, earlier, lost)
            for ports, first in taken.items()
            if (lost := _lost_ports(ports, own)) is not None
            for number, earlier in first
            if not _is_same_object(earlier, claim)
        ]
        if not rivals:
            return False
        _, earlier, lost = min(rivals, key=lambda one: one[0])
        known = order_is_known((earlier.service, claim.service))
        self._lose(LostHost(claim, earlier, clients, known, lost))
        return True

    def _lose(self, lost: LostHost) -> None:
        """File a loss under the one that loses, unless its host is lost already."""
        self._lost.setdefault(lost.loser.service, {}).setdefault(lost.loser.host, lost)

    def _ports(self, service: VirtualService, *, for_everyone: bool = False) -> _Ports:
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


def _is_same_object(claim: HostClaim, other: HostClaim) -> bool:
    """Are these two documents of one object? They are never both in the mesh."""
    return claim.service.key_name == other.service.key_name


def _lost_ports(taken: _Ports, own: _Ports) -> tuple[int, ...] | None:
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
