"""The effective gateways of a mesh, found by workload, Gateway, server or host.

A mesh without Gateways needs nothing of what servers become, so that is imported when there is one.
"""

from __future__ import annotations

# ruff: noqa: PLC0415
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache
from meshctl.mesh.gateways.gateway_workloads import GatewayWorkloads
from meshctl.mesh.registry.services import Registry
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import Gateway, GeneratedGateway, Server, Service, Workload
from meshctl.resources.cached_property import cached_property

if TYPE_CHECKING:
    from meshctl.mesh.gateways.effective_gateway import EffectiveGateway
    from meshctl.mesh.gateways.server_merge import MergedServer

_OfWorkloads = tuple[frozenset["Workload | None"], list[tuple[int, Gateway]]]


class Gateways:
    """The effective gateways, found by workload, Gateway, server or host."""

    def __init__(
        self, gateways: Iterable[Gateway], workloads: GatewayWorkloads, routes: Routes,
        registry: Registry,
    ) -> None:  # fmt: skip
        self._given = tuple(gateways)
        self._gateways = {gateway.key_name: gateway for gateway in self._given}
        self._workloads = workloads
        self._routes = routes
        self._registry = registry
        self._expanded: dict[tuple[EffectiveGateway, ...], Sequence[EffectiveGateway]] = {}
        self._within = IdentityCache(self._of_some)  # many policies select the same
        self._namespaces = IdentityCache(_namespaces)  # many Gateways have the same workloads
        self._homes = IdentityCache(_homes)
        self._firsts = IdentityCache(_firsts)

    def __iter__(self) -> Iterator[EffectiveGateway]:
        return iter(self._all)

    @cached_property
    def _all(self) -> tuple[EffectiveGateway, ...]:
        picked = list(self._workloads.pick(self._gateways.values()))
        if not picked:
            return ()
        from meshctl.mesh.gateways.alike import AlikeWorkloads
        from meshctl.mesh.gateways.effective_gateway import EffectiveGateway

        alike = AlikeWorkloads(self._routes, self._registry)
        firsts, likes = dict[Hashable, EffectiveGateway](), dict[Hashable, EffectiveGateway]()
        by_age = IdentityCache(_by_age)
        found = []
        for workload, gateways in sorted(picked, key=lambda pair: pair[0].name):
            sent = alike.sent(workload, gateways)
            home = sent, alike.at_home(workload)
            gateway = EffectiveGateway(
                workload, by_age.of(gateways), self._routes, self._registry,
                like=likes.get(home), first=firsts.get(sent),
            )  # fmt: skip
            firsts.setdefault(sent, gateway)
            likes.setdefault(home, gateway)
            found.append(gateway)
        return tuple(found)

    @cached_property
    def firsts(self) -> tuple[EffectiveGateway, ...]:
        """The first of those that are sent the same, each, wherever they run."""
        return tuple(gateway for gateway in self._all if gateway.first is gateway)

    @cached_property
    def distinct(self) -> tuple[EffectiveGateway, ...]:
        """The first of those that are sent the same and run in the same namespace, each."""
        return tuple(gateway for gateway in self._all if gateway.like is gateway)

    @cached_property
    def _alike(self) -> dict[EffectiveGateway, list[EffectiveGateway]]:
        found: dict[EffectiveGateway, list[EffectiveGateway]] = {}
        for gateway in self._all:
            found.setdefault(gateway.like, []).append(gateway)
        return found

    @cached_property
    def _by_first(self) -> dict[EffectiveGateway, list[EffectiveGateway]]:
        found: dict[EffectiveGateway, list[EffectiveGateway]] = {}
        for gateway in self.distinct:
            found.setdefault(gateway.first, []).append(gateway)
        return found

    @cached_property
    def _places(self) -> dict[EffectiveGateway, int]:
        return {gateway: place for place, gateway in enumerate(self._all)}

    def find(self, name: str) -> Gateway | None:
        """Find a Gateway by ``namespace/name``."""
        return self._gateways.get(name)

    def of(self, gateway: Gateway) -> Sequence[EffectiveGateway]:
        """List the effective gateways that a Gateway is part of: one for each workload.

        Gateways of the same workloads share one sequence.
        """
        return self.all_like(self.distinct_of(gateway))

    def distinct_of(self, gateway: Gateway) -> tuple[EffectiveGateway, ...]:
        """List those of them that differ: in what they are sent, their namespace or their ports."""
        return self._by_gateway.get(gateway, ())

    def firsts_of(self, gateway: Gateway) -> Sequence[EffectiveGateway]:
        """List those that differ in what they are sent or in their ports, wherever they run."""
        return self._firsts.of(self.distinct_of(gateway))

    def all_like(self, several: tuple[EffectiveGateway, ...]) -> Sequence[EffectiveGateway]:
        """List all effective gateways that some of ``distinct`` stand for, in their order."""
        if several not in self._expanded:
            found = [each for gateway in several for each in self._alike[gateway]]
            if len(several) > 1:
                found.sort(key=self._places.__getitem__)
            self._expanded[several] = tuple(found)
        return self._expanded[several]

    def within(self, workloads: Sequence[Workload]) -> Sequence[Gateway]:
        """Find the Gateways that somebody wrote of which all workloads are among some, the oldest first."""
        return self._within.of(workloads)

    def _of_some(self, workloads: Sequence[Workload]) -> Sequence[Gateway]:
        several = set(workloads)
        filed = (group for workload in workloads for group in self._by_workload.get(workload, ()))
        found = [pair for own, pairs in filed if own <= several for pair in pairs]
        return [gateway for _, gateway in sorted(found, key=itemgetter(0))]

    @cached_property
    def _by_workload(self) -> dict[Workload | None, list[_OfWorkloads]]:
        """Gateways with their ages, by one of their workloads, with all of these."""
        groups: dict[int, _OfWorkloads] = {}
        written = [one for one in self._given if not isinstance(one, GeneratedGateway)]
        for pair in enumerate(sorted(written, key=age)):
            effective = self.of(pair[1])
            if id(effective) not in groups:
                own = frozenset(each.workload.workload for each in effective)
                groups[id(effective)] = own, []
            groups[id(effective)][1].append(pair)
        found: dict[Workload | None, list[_OfWorkloads]] = {}
        for own, pairs in groups.values():
            if own:
                found.setdefault(next(iter(own)), []).append((own, pairs))
        return found

    def namespaces_of(self, gateway: Gateway) -> frozenset[str | None]:
        """The namespaces in which the pods of a Gateway run; ``None`` among them is unknown."""
        return self._namespaces.of(self.distinct_of(gateway))

    def homes_of(self, gateway: Gateway) -> tuple[str, ...]:
        """The namespaces among them that are known, sorted."""
        return self._homes.of(self.namespaces_of(gateway))

    def exposed_instead(self, names: Iterable[str], port: int) -> list[int]:
        """The Service ports that lead to a container port of Gateways, none of whose Services has it."""
        found = [
            effective.workload.exposed_instead(port)
            for gateway in map(self.find, names)
            for effective in (self.of(gateway) if gateway is not None else ())
        ]
        return sorted(frozenset[int]().union(*found)) if all(found) else []

    def behind(self, service: Service) -> list[EffectiveGateway]:
        """The effective gateways whose pods a Service leads to."""
        return self._by_service.get(service, [])

    def at_address(self, address: str) -> list[EffectiveGateway]:
        """The effective gateways behind Services that are known outside by an address or name."""
        return [
            gateway
            for service in self._by_address.get(address, ())
            for gateway in self.behind(service)
        ]

    @cached_property
    def _by_address(self) -> dict[str, list[Service]]:
        found: dict[str, list[Service]] = {}
        for service in self._by_service:
            for address in {*service.outside_addresses, service.spec.text("loadBalancerIP")}:
                found.setdefault(address, []).append(service)
        return found

    @cached_property
    def _by_service(self) -> dict[Service, list[EffectiveGateway]]:
        found: dict[Service, list[EffectiveGateway]] = {}
        for gateway in self._all:
            for service in gateway.workload.services:
                found.setdefault(service, []).append(gateway)
        return found

    def called(self, name: str) -> EffectiveGateway | None:
        """Find the first gateway by a name of its workload, a Service of it or a Gateway it is made of.

        The name is whole, ``namespace/name``, or without its namespace.
        """
        return self._by_any_name.get(name)

    @cached_property
    def _by_any_name(self) -> dict[str, EffectiveGateway]:
        whole: dict[str, EffectiveGateway] = {}
        read: dict[int, object] = {}  # of what many share the first one is called by it
        for effective in self._all:
            whole.setdefault(effective.workload.name, effective)
            for several in (effective.workload.services, effective.gateways):
                if read.setdefault(id(several), effective) is effective:
                    whole.update(
                        (name, effective) for one in several if (name := one.key_name) not in whole
                    )
        found: dict[str, EffectiveGateway] = {}
        for name, effective in whole.items():
            for spelt in (name, name.rpartition("/")[2]):
                found.setdefault(spelt, effective)
        return found

    def for_workload(self, name: str) -> EffectiveGateway | None:
        """Find the effective gateway of a workload (or the Service for it), by its name.

        A workload that no Gateway selects has one as well: without servers.
        """
        known = self._by_name.get(name)
        if known is not None:
            return known
        workload = self._workloads.named(name)
        if workload is None:
            return None
        from meshctl.mesh.gateways.effective_gateway import EffectiveGateway

        return EffectiveGateway(workload, (), self._routes, self._registry)

    def fates(self, server: Server) -> Iterator[tuple[EffectiveGateway, MergedServer]]:
        """Walk what became of a server, on the first of the workloads that are sent the same."""
        return _fates(server, self.firsts_of(server.gateway))

    def fates_by_namespace(self, server: Server) -> Iterator[tuple[EffectiveGateway, MergedServer]]:
        """Walk it on the first of those in each namespace, for questions about the pods themselves."""
        return _fates(server, self.distinct_of(server.gateway))

    def is_lost(self, server: Server) -> bool:
        """Is a server left out on every workload that its Gateway selects?"""
        fates = [fate.drop for _, fate in self.fates(server)]
        return bool(fates) and None not in fates

    def serving(self, host: str) -> Iterator[tuple[EffectiveGateway, MergedServer]]:
        """Walk the servers (not dropped) with a host in common with this host or wildcard.

        Each comes with the first of the gateways that are sent the same, wherever they run.
        """
        seen = set()
        for several in self._serving(host):
            for gateway, server in several:
                if server not in seen:
                    seen.add(server)
                    yield gateway, server

    def serving_gateways(
        self, host: str, is_meant: Callable[[EffectiveGateway], bool] | None = None
    ) -> list[EffectiveGateway]:
        """List all gateways with such a server, those with the closest host first.

        ``is_meant`` is asked about the first of those that are sent the same.
        """
        found: dict[EffectiveGateway, None] = {}
        for several in self._serving(host):
            firsts = dict.fromkeys(gateway for gateway, _ in several)
            homes = (gateway for first in firsts for gateway in self._by_first[first])
            distinct = tuple(filter(is_meant, homes))
            found.update(dict.fromkeys(self.all_like(distinct)))
        return list(found)

    def _serving(self, host: str) -> list[list[tuple[EffectiveGateway, MergedServer]]]:
        return [*self._hosts.covering(host), list(self._hosts.covered_by(host))]

    def redirected_by(self, server: Server) -> Iterator[str]:
        """Walk the domains that requests can have and a server redirects."""
        for gateway, fate in self.fates(server):
            yield from gateway.redirected.get(fate, ())

    def has_target(self, server: Server, host: str) -> bool:
        """Is there somewhere to redirect a host of a plain server to, on one of its workloads?

        That is a TLS server, or a plain one on another port behind a load balancer's TLS.
        """
        own = {gateway: fate.target for gateway, fate in self.fates(server)}
        return any(
            not merged_server.is_http
            or (merged_server.target != own[gateway] and not merged_server.server.https_redirect)
            for gateway, merged_server in self.serving(host)
            if gateway in own
        )

    def meant_by(self, selector: Mapping[str, str]) -> Workload | None:
        """Find a gateway workload whose labels differ from a selector only in their spelling.

        Letters count, but neither their case nor the separators between them.
        """
        meant = _spelling(selector)
        found = (gateway.workload.workload for gateway in self)
        known = [workload for workload in found if workload is not None]
        several = (*known, *self._workloads.routers)
        return next(
            (workload for workload in several if meant <= _spelling(workload.pod_labels)), None
        )

    @cached_property
    def _by_gateway(self) -> dict[Gateway, tuple[EffectiveGateway, ...]]:
        groups: dict[int, list[EffectiveGateway]] = {}
        for effective in self.distinct:
            groups.setdefault(id(effective.gateways), []).append(effective)
        found: dict[Gateway, list[tuple[EffectiveGateway, ...]]] = {}
        for several in map(tuple, groups.values()):
            for gateway in several[0].gateways:
                found.setdefault(gateway, []).append(several)
        return {gateway: self._joined(parts) for gateway, parts in found.items()}

    def _joined(
        self, parts: Sequence[tuple[EffectiveGateway, ...]]
    ) -> tuple[EffectiveGateway, ...]:
        if len(parts) == 1:
            return parts[0]
        return tuple(sorted(chain.from_iterable(parts), key=self._places.__getitem__))

    @cached_property
    def _by_name(self) -> dict[str, EffectiveGateway]:
        found: dict[str, EffectiveGateway] = {}
        for effective in self:
            found.setdefault(effective.workload.name, effective)
        return found

    @cached_property
    def _hosts(self) -> HostIndex[tuple[EffectiveGateway, MergedServer]]:
        index: HostIndex[tuple[EffectiveGateway, MergedServer]] = HostIndex()
        for effective in self.firsts:
            for server in effective.servers:
                if server.drop is None:
                    for host in server.hosts:
                        index.add(host.host, (effective, server))
        return index


def _by_age(gateways: Sequence[Gateway]) -> tuple[Gateway, ...]:
    return tuple(sorted(gateways, key=age))


def _firsts(several: Sequence[EffectiveGateway]) -> Sequence[EffectiveGateway]:
    return tuple(dict.fromkeys(gateway.first for gateway in several))


def _fates(
    server: Server, several: Iterable[EffectiveGateway]
) -> Iterator[tuple[EffectiveGateway, MergedServer]]:
    for gateway in several:
        found = gateway.find(server)
        if found is not None:
            yield gateway, found


def _namespaces(several: Sequence[EffectiveGateway]) -> frozenset[str | None]:
    return frozenset(gateway.workload.namespace for gateway in several)


def _homes(namespaces: frozenset[str | None]) -> tuple[str, ...]:
    return tuple(sorted(home for home in namespaces if home))


def _spelling(labels: Mapping[str, str]) -> set[tuple[str, str]]:
    return {
        (key, "".join(letter for letter in value.lower() if letter.isalnum()))
        for key, value in labels.items()
    }
