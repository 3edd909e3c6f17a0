"""The services and VirtualServices that a sidecar knows, by egress listener.

Mirrors convertIstioListenerToWrapper, selectServices, collectImportedServices and
appendSidecarServices (pilot/pkg/model/sidecar.go) and SelectVirtualServices (virtualservice.go
there), Istio 1.31. Everything is found by host or port when it is asked for.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from operator import itemgetter

from meshctl.mesh.core.hosts import HostIndex, is_wildcard
from meshctl.mesh.request_path.proxy_services import (
    ProxyService,
    ProxyServices,
    appended,
    is_complete,
    winner,
)
from meshctl.mesh.traffic.binding.bound_virtual_services import BoundVirtualServices
from meshctl.mesh.traffic.binding.imported_virtual_services import ImportedVirtualServices, Places
from meshctl.mesh.traffic.delegates import MESH, RoutedHosts
from meshctl.mesh.traffic.routes import Routes
from meshctl.resources import EgressListener, Sidecar, VirtualService
from meshctl.resources.cached_property import cached_property

_ANY = "*"
_HTTP_PROXY = "HTTP_PROXY"


class _Named:
    """The hosts that a listener imports of one namespace, and those it leaves out (``~``)."""

    def __init__(self, hosts: Iterable[str] = ()) -> None:
        self.hosts: list[str] = []
        self._hosts: HostIndex[str] = HostIndex()
        self._excluded: HostIndex[str] = HostIndex()
        for host in hosts:
            self.add(host)

    def add(self, host: str, *, is_excluded: bool = False) -> None:
        if is_excluded:
            self._excluded.add(host, host)
            return
        self.hosts.append(host)
        self._hosts.add(host, host)

    def takes_service(self, host: str) -> bool:
        return next(self._hosts.covering(host), None) is not None

    def takes_route(self, host: str, *, is_generated: bool) -> bool:
        if self.takes_service(host):
            return True
        return not is_generated and next(self._hosts.covered_by(host), None) is not None

    def excludes(self, host: str) -> bool:
        return next(self._excluded.covering(host), None) is not None


class ScopeListener:
    """One egress listener of a Sidecar, or the one for everything that is there without."""

    def __init__(
        self, services: ProxyServices, routes: Routes, namespace: str,
        written: EgressListener | None, like: "ScopeListener | None" = None,
    ) -> None:  # fmt: skip
        """``like`` is another one that imports the same, on another port or address."""
        self._services = services
        self._routes = routes
        self._namespace = namespace
        self.written = written
        self._like = like
        self._named = _read(written, namespace) if written is not None else {_ANY: _Named((_ANY,))}
        port = written.child("port") if written is not None else None
        self.port = (port.number("number") or 0) if port is not None and port.data else None
        self.protocol = port.text("protocol") if port is not None else ""
        self._chosen: dict[str, list[ProxyService]] = {}
        self._sets: dict[str, frozenset[ProxyService]] = {}

    @property
    def is_http_proxy(self) -> bool:
        """Do applications name it as their HTTP proxy?"""
        return self.protocol.upper() == _HTTP_PROXY

    @property
    def bind(self) -> str:
        """The address it is written for, empty for none."""
        return self.written.text("bind") if self.written is not None else ""

    def services_on(self, port: int, address: str | None) -> list[ProxyService]:
        """List the services that make the listeners of an address, in istiod's order.

        ``None``: of all addresses.
        """
        if address is None:
            found = self._services.all_on_port(port, self._by_port.get(port, ()), self._is_chosen)
        else:
            found = self._services.on_port(port, address, self._namespace, self._is_chosen)
        seen = self._services.seen_by(found, self._namespace)
        return [self._narrowed(one) for one in seen]

    @cached_property
    def _by_port(self) -> Mapping[int, list[str]]:
        if self._like is not None:
            return self._like._by_port  # noqa: SLF001 - of its own class
        return self._services.by_port(self.hosts)

    @cached_property
    def hosts(self) -> Mapping[str, None]:
        """All hosts that it may import services of; which it does, ``services_at`` tells."""
        if self._like is not None:
            return self._like.hosts
        if self.written is None:
            return dict.fromkeys(self._services.seen_from(self._namespace))
        found: dict[str, None] = {}
        for home, named in self._named.items():
            for one in named.hosts:
                if not is_wildcard(one) or (home == _ANY and one != _ANY):
                    found.update(dict.fromkeys(self.hosts_like(one)))
                elif home != _ANY:
                    found.update(dict.fromkeys(self._services.declared_in(home)))
                else:
                    found.update(dict.fromkeys(self._services.seen_from(self._namespace)))
        return found

    def _is_chosen(self, service: ProxyService) -> bool:
        host = service.host
        if host not in self._sets:
            self._sets[host] = frozenset(self.services_at(host))
        return service in self._sets[host]

    def services_at(self, host: str) -> list[ProxyService]:
        """List the services of a host that it imports: those of one namespace win."""
        known = self._chosen.get(host)
        if known is None and self.written is None:
            known = self._chosen[host] = self._services.chosen_at(host, self._namespace)
        elif known is None:
            several = self._services.seen_by(self._services.by_host.get(host, ()), self._namespace)
            found = [one for one in several if self._imports(one)]
            home = winner(found, self._namespace)
            known = self._chosen[host] = [one for one in found if one.namespace == home]
        return known

    def _imports(self, service: ProxyService) -> bool:
        if self.needs_port and service.port(self.port or 0) is None:
            return False
        several = [self._named[one] for one in (service.namespace, _ANY) if one in self._named]
        if any(one.excludes(service.host) for one in several):
            return False
        return any(one.takes_service(service.host) for one in several)

    @property
    def needs_port(self) -> bool:
        """Does it import none but services that have its port?"""
        return bool(self.port) and not self.is_http_proxy

    def _narrowed(self, service: ProxyService) -> ProxyService:
        """Give a service with the ports and aliases that the listener imports."""
        if service.aliases:
            named = [self._named[one] for one in (service.namespace, _ANY) if one in self._named]
            taking = next((one for one in named if one.takes_service(service.host)), _Named())
            kept = tuple(one for one in service.aliases if taking.takes_service(one))
            service = replace(service, aliases=kept) if kept != service.aliases else service
        if not self.needs_port or len(service.ports) == 1:
            return service
        return service.with_ports(one for one in service.ports if one.number == self.port)

    def narrowed_at(self, host: str) -> list[ProxyService]:
        """List the services of a host with the ports that it imports."""
        return [self._narrowed(one) for one in self.services_at(host)]

    @property
    def virtual_services(self) -> list[VirtualService]:
        """The VirtualServices it imports, in the order in which they are asked."""
        return self._imported.services

    @cached_property
    def _imported(self) -> ImportedVirtualServices:
        if self._like is not None:
            return self._like._imported  # noqa: SLF001 - of its own class
        bound = self.bound
        if self.written is None:  # the same for all namespaces that see the same
            return self._services.shared(bound, partial(self._import_all, bound))
        if _ANY in self._named:
            return self._import([one for one in bound.services if self._reads(one)])
        homes = self._services.shared(("homes", bound), partial(_by_home, bound.services))
        several = (one for home in self._named for one in homes.get(home, ()))
        found = [(order, one) for order, one in several if self._reads(one)]
        return self._import([one for _, one in sorted(found, key=itemgetter(0))])

    def _import_all(self, bound: BoundVirtualServices) -> ImportedVirtualServices:
        if bound.rest is None:
            return ImportedVirtualServices(bound.own, self._hosts_of)
        rest = self._services.shared(bound.rest, partial(self._import_all, bound.rest))
        return self._import(bound.own, rest)

    def _import(
        self, found: Iterable[VirtualService], rest: ImportedVirtualServices | None = None
    ) -> ImportedVirtualServices:
        ordered = sorted(found, key=lambda one: (self._routes.rank(one, self._namespace),
                                                 not self._is_own_route(one)))  # fmt: skip
        return ImportedVirtualServices(ordered, self._hosts_of, rest)

    @property
    def _hosts_of(self) -> Callable[[VirtualService], Iterator[str]]:
        return partial(hosts_of, routes=self._routes)

    def _is_own_route(self, service: VirtualService) -> bool:
        """Is it made of routes of the Gateway API in the client's own namespace?"""
        return service.is_generated and service.namespace == self._namespace

    def _reads(self, service: VirtualService) -> bool:
        if self.written is None:
            return True
        several = [self._named[one] for one in (service.namespace, _ANY) if one in self._named]
        generated = service.is_generated
        for host in hosts_of(service, self._routes):
            named = any(one.takes_route(host, is_generated=generated) for one in several)
            if named and not any(one.excludes(host) for one in several):
                return True
        return False

    def layer4_for(self, host: str) -> list[VirtualService]:
        """Those with tcp or tls routes that have a host in common with one, in order."""
        return self._imported.layer4_for(host)

    @property
    def places(self) -> Places:
        """The place of each VirtualService in that order."""
        return self._imported.places

    @property
    def bound(self) -> BoundVirtualServices:
        """The VirtualServices of the mesh by host, those too that it doesn't import."""
        return self._routes.bound(MESH, self._namespace)

    def hosts_like(self, wide: str) -> Iterator[str]:
        """Walk the hosts that a wildcard host overlaps with, whoever sees them."""
        yield from self._services.overlapping(wide)

    def service_at(self, address: str) -> ProxyService | None:
        """Find the service that has an address, whoever sees it."""
        return self._services.by_address.get(address)

    def owner_of(self, host: str) -> VirtualService | None:
        """Find the VirtualService that a service follows: the closest host, and the first."""
        return self._imported.owner_of(host)

    def destination_ports(self, host: str) -> frozenset[int] | None:
        """The ports by which imported VirtualServices route to a host; 0 stands for any.

        ``None``: none of them routes there.
        """
        ports = frozenset(
            one.port
            for one in self._routed.to(host)
            if one.virtual_service in self.places
            and (not one.sources or self._namespace in one.sources)
        )
        return ports or None

    def routed_hosts(self) -> Iterator[str]:
        """Walk the hosts that routes of imported VirtualServices lead to."""
        for service in self.virtual_services:
            yield from self._routed.of(service)

    @property
    def _routed(self) -> RoutedHosts:
        return self._services.shared(RoutedHosts, partial(RoutedHosts, self._routes))


class EgressScope:
    """Everything that a sidecar of a namespace knows, by the Sidecar it follows."""

    def __init__(
        self, services: ProxyServices, routes: Routes, namespace: str, sidecar: Sidecar | None
    ) -> None:
        self.namespace = namespace
        self.sidecar = sidecar
        written = sidecar.egress if sidecar is not None else ()
        self._services = services
        self.listeners: list[ScopeListener] = []
        alike: dict[tuple[str, ...], ScopeListener] = {}
        for one in written or (None,):
            hosts = tuple(one.hosts) if one is not None else ()
            listener = ScopeListener(services, routes, namespace, one, alike.get(hosts))
            alike.setdefault(hosts, listener)
            self.listeners.append(listener)
        self.distinct = tuple(alike.values())
        """The first of the listeners that import the same."""
        self._known: dict[str, ProxyService | None] = {}

    @cached_property
    def hosts(self) -> Sequence[str]:
        """All hosts that it may know a service of; ``service`` tells which it does."""
        found: dict[str, None] = {}
        for listener in self.distinct:
            found.update(listener.hosts)
            found.update(dict.fromkeys(listener.routed_hosts()))
        return [*found]

    def for_port(self, port: int) -> ScopeListener | None:
        """Choose the listener whose routes serve a port: the first for it, or without a port."""
        return next(iter(self.on(port)), None)

    def on(self, port: int) -> list[ScopeListener]:
        """List the listeners for a port, and those without a port, in order."""
        several = (self._by_port.get(one, ()) for one in (None, port))
        return [self.listeners[place] for place in sorted(chain.from_iterable(several))]

    @cached_property
    def _by_port(self) -> dict[int | None, list[int]]:
        found: dict[int | None, list[int]] = {}
        for place, one in enumerate(self.listeners):
            found.setdefault(one.port, []).append(place)
        return found

    def _for_ports(self, ports: Iterable[int]) -> list[ScopeListener]:
        """List the listeners that may import a service with some ports, in order."""
        places = (place for port in {*ports} for place in self._by_port.get(port, ()))
        return [self.listeners[place] for place in sorted({*places, *self._for_all})]

    @cached_property
    def _for_all(self) -> list[int]:
        return [place for place, one in enumerate(self.listeners) if not one.needs_port]

    def service(self, host: str) -> ProxyService | None:
        """Find the service that the sidecar has clusters for, with the ports it has them for."""
        if host not in self._known:
            found: ProxyService | None = None
            several = self._services.by_host.get(host, ())
            for listener in self._for_ports(port.number for one in several for port in one.ports):
                for one in listener.narrowed_at(host):
                    found = appended(found, one)
            if found is None or not is_complete(found):
                for one in self._routed(host):
                    found = appended(found, one)
            self._known[host] = found
        return self._known[host]

    def _routed(self, host: str) -> Iterator[ProxyService]:
        """Walk the services that are known since routes lead to them."""
        service = self._services.routed_to(host, self.namespace)
        if service is None:
            return
        for listener in self._for_ports(port.number for port in service.ports):
            ports = listener.destination_ports(host)
            if ports is not None:
                wanted = {listener.port} if listener.port and not listener.is_http_proxy else ports
                kept = [one for one in service.ports if 0 in wanted or one.number in wanted]
                if kept:
                    yield service if len(kept) == len(service.ports) else service.with_ports(kept)


def hosts_of(service: VirtualService, routes: Routes) -> Iterator[str]:
    """Walk the hosts of a VirtualService in full."""
    for written in service.hosts:
        yield routes.full_name(written, service.namespace)


def _read(listener: EgressListener, namespace: str) -> dict[str, _Named]:
    found: dict[str, _Named] = {}
    for written in listener.hosts:
        home, slash, host = written.partition("/")
        if not slash or "/" in host:
            continue
        excluded = home.startswith("~")
        home = (home.removeprefix("~") or _ANY) if excluded else home
        home = namespace if home == "." else home
        found.setdefault(home, _Named()).add(host, is_excluded=excluded)
    return found


def _by_home(services: Sequence[VirtualService]) -> dict[str, list[tuple[int, VirtualService]]]:
    """File VirtualServices by namespace, each with its place."""
    found: dict[str, list[tuple[int, VirtualService]]] = {}
    for order, service in enumerate(services):
        found.setdefault(service.namespace, []).append((order, service))
    return found
