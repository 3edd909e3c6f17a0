"""The VirtualServices that a proxy sees for a Gateway or the mesh, in the order in which they count."""

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from typing import NamedTuple

from meshctl.mesh.core.hosts import HostIndex, is_wildcard
from meshctl.mesh.registry.services import Registry
from meshctl.resources import VirtualService
from meshctl.resources.cached_property import cached_property


class BoundHost(NamedTuple):
    """One host of a VirtualService; ``order`` is its place among those of one Gateway."""

    order: int
    host: str
    virtual_service: VirtualService


class BoundVirtualServices:
    """The VirtualServices of one Gateway (or the mesh) that one proxy sees, in istiod's order.

    ``own`` come first, and after them ``rest``, what most proxies see, without those of ``own``.
    """

    def __init__(
        self, own: Iterable[VirtualService], registry: Registry,
        rest: "BoundVirtualServices | None" = None,
    ) -> None:  # fmt: skip
        self.own = tuple(own)
        self.rest = rest
        self._registry = registry
        self._places = {service: place for place, service in enumerate(self.own)}
        self._with: dict[str, BoundVirtualServices] = {}

    @cached_property
    def services(self) -> tuple[VirtualService, ...]:
        """All of them."""
        rest = self.rest.services if self.rest is not None else ()
        return (*self.own, *(one for one in rest if one not in self._places))

    def with_rules(self, kind: str) -> "BoundVirtualServices":
        """Leave out those without rules of a kind: ``http``, ``tls`` or ``tcp``."""
        if kind not in self._with:
            several = (one for one in self.own if getattr(one, kind))
            rest = self.rest.with_rules(kind) if self.rest is not None else None
            self._with[kind] = BoundVirtualServices(several, self._registry, rest)
        return self._with[kind]

    def has_any_for(self, host: str, namespace: str) -> bool:
        """Does any have this host or wildcard in common, of one namespace or (empty) of all?"""
        return any(
            namespace in {"", claim.virtual_service.namespace} for claim in self.overlapping(host)
        )

    @cached_property
    def _index(self) -> HostIndex[BoundHost]:
        index: HostIndex[BoundHost] = HostIndex()
        for order, service in enumerate(self.own):
            for written in service.hosts:
                host = self._registry.fqdn(written, service.namespace)
                index.add(host, BoundHost(order, host, service))
        return index

    def first(self, host: str) -> list[VirtualService]:
        """List those for the one closest host: itself, else the longest wildcard above it."""
        return [bound.virtual_service for bound in next(self.covering(host), ())]

    def closest(self, host: str) -> VirtualService | None:
        """Find the first of those for the one closest host, without a list of all of them."""
        own = (claims[0] for claims in self._index.covering(host))
        rest = self.rest.covering(host) if self.rest is not None else ()
        firsts = (next(self._after(claims), None) for claims in rest)
        found = next(merge(own, filter(None, firsts), key=_of_host), None)
        return found.virtual_service if found is not None else None

    def leads(self, host: str, service: VirtualService) -> bool:
        """Is a VirtualService the first of those for just this full host or wildcard?"""
        own = self._index.at(host)
        rest = self.rest.at(host) if self.rest is not None and not own else ()
        return (
            next((claim.virtual_service for claim in (own or self._after(rest))), None) is service
        )

    def at(self, host: str) -> Sequence[BoundHost]:
        """List the claims of just this full host or wildcard, in istiod's order."""
        own = self._index.at(host)
        return own if self.rest is None else [*own, *self._after(self.rest.at(host))]

    def covering(self, host: str) -> Iterator[list[BoundHost]]:
        """Walk the claims of a full host and of the wildcards above it, the closest first."""
        if self.rest is None:
            yield from self._index.covering(host)
            return
        below = ([*self._after(claims)] for claims in self.rest.covering(host))
        lists = merge(self._index.covering(host), filter(None, below), key=_distance)
        joined: list[BoundHost] = []
        for claims in lists:
            if joined and _distance(claims) != _distance(joined):
                yield joined
                joined = []
            joined = [*joined, *claims]
        if joined:
            yield joined

    def overlapping(self, host: str) -> Iterator[BoundHost]:
        """Walk the hosts that have a host in common with this one or wildcard."""
        for above in self.covering(host):
            yield from above
        if is_wildcard(host):
            yield from (below for below in self._covered_by(host) if below.host != host)

    def own_overlapping(self, host: str) -> list[BoundHost]:
        """List the hosts of ``own`` alone that have a host in common with this one, in istiod's order."""
        found = [bound for above in self._index.covering(host) for bound in above]
        if is_wildcard(host):
            found += (below for below in self._index.covered_by(host) if below.host != host)
        return sorted(found, key=_order)

    def _covered_by(self, wide: str) -> Iterator[BoundHost]:
        own = self._index.covered_by(wide)
        if self.rest is None:
            return own
        return merge(own, self._after(self.rest._covered_by(wide)), key=_backwards)  # noqa: SLF001 - of its own class

    def _after(self, claims: Iterable[BoundHost]) -> Iterator[BoundHost]:
        """Walk claims of the rest, whose places come after those of all others."""
        for claim in claims:
            if claim.virtual_service not in self._places:
                yield claim._replace(order=len(self.own) + claim.order)


def _order(claim: BoundHost) -> int:
    return claim.order


def _distance(claims: Sequence[BoundHost]) -> tuple[bool, int]:
    return _of_host(claims[0])


def _of_host(claim: BoundHost) -> tuple[bool, int]:
    return is_wildcard(claim.host), -len(claim.host)


def _backwards(claim: BoundHost) -> str:
    return claim.host.removeprefix("*")[::-1]
