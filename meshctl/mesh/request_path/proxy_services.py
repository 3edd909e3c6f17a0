"""The services that istiod knows, in its order, with the addresses that proxies listen on.

Mirrors convertServices (pilot/pkg/serviceregistry/serviceentry/conversion.go),
SortServicesByCreationTime, resolveServiceAliases and servicesExportedToNamespace
(pilot/pkg/model/push_context.go), Istio 1.31.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar, cast

from meshctl.mesh.core.export_to import is_visible_to
from meshctl.mesh.core.hosts import HostIndex
from meshctl.mesh.core.precedence import age
from meshctl.mesh.registry.services import NO_ADDRESS, HostPort, RegisteredHost, addresses_of
from meshctl.resources import Service
from meshctl.resources.cached_property import cached_property

S = TypeVar("S")
_ByAudience = dict[str, list["ProxyService"]]
"""Services by the namespaces that see them, ``*`` for all."""


@dataclass(frozen=True, slots=True, eq=False)
class ProxyService:
    """One host with one address, as proxies are told of it.

    ``address`` is an address, a block of addresses, ``0.0.0.0`` for none, or, where files don't
    say what the cluster assigns, a name that stands for it. ``aliases`` are ExternalName Services.
    """

    host: str
    declared: RegisteredHost
    ports: tuple[HostPort, ...]
    address: str
    aliases: tuple[str, ...] = ()

    @property
    def namespace(self) -> str:
        """Where it is declared."""
        return self.declared.namespace

    @property
    def is_kubernetes(self) -> bool:
        """Is it a Service, rather than a ServiceEntry?"""
        return isinstance(self.declared.source, Service)

    @property
    def is_alias(self) -> bool:
        """Is it an ExternalName Service, which has no listeners and clusters of its own?"""
        return self.external_name != ""

    @property
    def external_name(self) -> str:
        """The name it stands for, if it is an ExternalName Service."""
        source = self.declared.source
        return source.external_name if isinstance(source, Service) else ""

    @property
    def is_passthrough(self) -> bool:
        """Do sidecars keep the address that was called?"""
        return self.declared.is_passthrough

    def port(self, number: int) -> HostPort | None:
        """Find a port by its number."""
        if self.ports is self.declared.ports:
            return self.declared.port(number)
        return next((host_port for host_port in self.ports if host_port.number == number), None)

    def with_ports(self, ports: Iterable[HostPort]) -> "ProxyService":
        """Give the same with fewer ports."""
        return replace(self, ports=tuple(ports))


class ProxyServices:
    """All services, by host, port and address, in the order of their creation."""

    def __init__(self, hosts: Iterable[RegisteredHost]) -> None:
        declared = sorted(hosts, key=_order)
        aliases = _aliases(declared)
        self.by_host: dict[str, list[ProxyService]] = {}
        self.by_address: dict[str, ProxyService] = {}
        self._order: dict[ProxyService, int] = {}
        self._shared: dict[object, object] = {}
        self._http: dict[int, _ByAudience] = {}
        self._bound: dict[tuple[int, str], _ByAudience] = {}
        self._rivals: dict[str, _Rivals] = {}
        for registered_host in declared:
            names = tuple(aliases.get(registered_host.host, ()))
            for address in addresses_of(registered_host):
                self._add(
                    ProxyService(
                        registered_host.host, registered_host, registered_host.ports, address, names
                    )
                )

    def _add(self, service: ProxyService) -> None:
        self._order[service] = len(self._order)
        self.by_host.setdefault(service.host, []).append(service)
        is_block = "/" in service.address and service.address[:1].isdigit()
        bind = NO_ADDRESS if is_block else service.address
        if service.is_alias:
            return
        for number in {port.number for port in service.ports}:
            _file(self._bound.setdefault((number, bind), {}), service)
        for number in {port.number for port in service.ports if port.protocol.is_http}:
            _file(self._http.setdefault(number, {}), service)
        if service.address != NO_ADDRESS:
            self.by_address.setdefault(service.address, service)

    def seen_from(self, namespace: str) -> Iterator[str]:
        """Walk the hosts of which a namespace may see a service."""
        yield from self._by_audience.get("*", ())
        yield from self._by_audience.get(namespace, ())

    @cached_property
    def _by_audience(self) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = {}
        for host, several in self.by_host.items():
            for name in frozenset[str]().union(*(service.declared.visible for service in several)):
                found.setdefault(name, {})[host] = None
        return {name: [*hosts] for name, hosts in found.items()}

    def declared_in(self, namespace: str) -> Iterable[str]:
        """Walk the hosts that a namespace declares."""
        return self._by_home.get(namespace, ())

    @cached_property
    def _by_home(self) -> dict[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {}
        for host, several in self.by_host.items():
            for service in several:
                found.setdefault(service.namespace, {})[host] = None
        return found

    def by_port(self, hosts: Iterable[str]) -> dict[int, list[str]]:
        """File hosts by the ports that their services have, unless those stand for other ones."""
        found: dict[int, dict[str, None]] = {}
        for host in hosts:
            for service in self.by_host.get(host, ()):
                for port in () if service.is_alias else service.ports:
                    found.setdefault(port.number, {})[host] = None
        return {number: [*several] for number, several in found.items()}

    def all_on_port(
        self, port: int, hosts: Iterable[str], is_known: Callable[[ProxyService], bool]
    ) -> list[ProxyService]:
        """List what makes the listeners of a port for some hosts, in istiod's order."""
        several = (service for host in hosts for service in self.by_host.get(host, ()))
        found = [
            service
            for service in several
            if not service.is_alias and service.port(port) is not None and is_known(service)
        ]
        return sorted(found, key=self._order.__getitem__)

    def on_port(
        self, port: int, address: str, namespace: str, is_known: Callable[[ProxyService], bool]
    ) -> list[ProxyService]:
        """List what makes the listeners of an address and of all addresses, in istiod's order.

        HTTP shares one listener for all addresses: the first that ``is_known`` stands for the rest.
        A namespace knows nothing but what it sees.
        """
        found: list[ProxyService] = []
        for bind in dict.fromkeys((address, NO_ADDRESS)):
            for several in _seen(self._bound.get((port, bind), {}), namespace):
                found += filter(is_known, several)
        speaking = _seen(self._http.get(port, {}), namespace)
        first = (next(filter(is_known, each), None) for each in speaking)
        http = min((one for one in first if one), key=self._order.__getitem__, default=None)
        if http is not None and http not in found:
            found.append(http)
        return sorted(found, key=self._order.__getitem__)

    def chosen_at(self, host: str, namespace: str) -> list[ProxyService]:
        """List the services of a host that count for a namespace which imports everything."""
        several = self.by_host.get(host, ())
        if len(several) > 1:
            return self._rivals_at(host).chosen(namespace)
        return [one for one in several if is_visible_to(one.declared.visible, namespace)]

    def routed_to(self, host: str, namespace: str) -> ProxyService | None:
        """Choose the service of a host that routes lead the clients of a namespace to."""
        return self._rivals_at(host).routed_to(namespace)

    def _rivals_at(self, host: str) -> "_Rivals":
        if host not in self._rivals:
            self._rivals[host] = _Rivals(self.by_host.get(host, ()))
        return self._rivals[host]

    def shared(self, key: object, make: Callable[[], S]) -> S:
        """Give what is the same for several clients, made by the first of them."""
        if key not in self._shared:
            self._shared[key] = make()
        return cast("S", self._shared[key])

    def overlapping(self, wide: str) -> Iterator[str]:
        """Walk the hosts that have a host in common with a wildcard, each perhaps twice."""
        yield from self._names.covered_by(wide)
        for several in self._names.covering(wide):
            yield from several

    def covered_by(self, wide: str) -> Iterator[str]:
        """Walk the hosts that a wildcard stands for, each once."""
        return self._names.covered_by(wide)

    @cached_property
    def _names(self) -> HostIndex[str]:
        index: HostIndex[str] = HostIndex()
        for host in self.by_host:
            index.add(host, host)
        return index

    def seen_by(self, several: Iterable[ProxyService], namespace: str) -> list[ProxyService]:
        """Choose what a namespace sees: what is exported to it by name before what is public."""
        named: list[ProxyService] = []
        public: list[ProxyService] = []
        for service in several:
            visible = service.declared.visible
            if "*" in visible:
                public.append(service)
            elif is_visible_to(visible, namespace):
                named.append(service)
        return named + public


class _Rivals:
    """The services of one host, by who sees them and by their namespaces."""

    def __init__(self, several: Sequence[ProxyService]) -> None:
        self._named: _ByAudience = {}
        self._of: dict[str, list[ProxyService]] = {}
        self._counting: dict[str, ProxyService] = {}
        for service in several:
            _file(self._named, service)
            known = self._counting.get(service.namespace)
            if known is None or (service.is_kubernetes and not known.is_kubernetes):
                self._counting[service.namespace] = service
        public = self._named.pop("*", [])
        for service in public:
            self._of.setdefault(service.namespace, []).append(service)
        kubernetes = next((one for one in public if one.is_kubernetes), None)
        self._first = [kubernetes] if kubernetes is not None else public[:1]
        counting = [one for one in public if self._counting[one.namespace] is one]
        self._nearest = sorted(counting, key=_nearness)[:1]

    def chosen(self, namespace: str) -> list[ProxyService]:
        """List those of the one namespace whose services count for a client."""
        named = self._named.get(namespace, [])
        home = winner([*named, *self._of.get(namespace, ()), *self._first], namespace)
        return [*(one for one in named if one.namespace == home), *self._of.get(home or "", ())]

    def routed_to(self, namespace: str) -> ProxyService | None:
        """Choose the one that routes lead the clients of a namespace to."""
        own = self._counting.get(namespace)
        if own is not None:
            return own
        named = self._named.get(namespace, ())
        seen = [one for one in named if self._counting[one.namespace] is one]
        return min([*seen, *self._nearest], key=_nearness, default=None)


def _nearness(service: ProxyService) -> tuple[bool, str]:
    return not service.is_kubernetes, service.namespace


def _file(filed: _ByAudience, service: ProxyService) -> None:
    for name in service.declared.visible:
        filed.setdefault(name, []).append(service)


def _seen(filed: _ByAudience, namespace: str) -> Iterator[list[ProxyService]]:
    """Walk what everybody sees and what a namespace sees."""
    yield filed.get("*", [])
    yield filed.get(namespace, [])


def _order(registered_host: RegisteredHost) -> tuple[datetime, str, str]:
    source = registered_host.source
    name = source.name if isinstance(source, Service) else registered_host.host
    return age(source)[0], name, source.namespace


def _aliases(declared: Iterable[RegisteredHost]) -> dict[str, list[str]]:
    """Find the ExternalName Services that stand for each host, through several steps."""
    named = {
        (registered_host.namespace, registered_host.host): registered_host.source.external_name
        for registered_host in declared
        if isinstance(registered_host.source, Service) and registered_host.source.external_name
    }
    targets = {host: target for (_, host), target in named.items()}
    ends: dict[str, str | None] = {}
    found: dict[str, list[str]] = {}
    for (_, host), target in sorted(named.items()):
        end = _end_of(target, targets, ends)
        if end is not None:
            found.setdefault(end, []).append(host)
    return found


def _end_of(host: str, targets: dict[str, str], ends: dict[str, str | None]) -> str | None:
    """Follow names to the last one; ``None`` where they go in a circle. ``ends`` has what is known."""
    passed: dict[str, None] = {}
    while host in targets and host not in ends and host not in passed:
        passed[host] = None
        host = targets[host]
    end = None if host in passed else ends.get(host, host)
    ends.update(dict.fromkeys(passed, end))
    return end


def winner(found: list[ProxyService], namespace: str) -> str | None:
    """Name the namespace whose services count: the client's own, else a Service's, else the first."""
    best: ProxyService | None = None
    for service in found:
        replaces = best is not None and (
            service.namespace == namespace
            or (service.is_kubernetes and not best.is_kubernetes and best.namespace != namespace)
        )
        if best is None or replaces:
            best = service
    return best.namespace if best is not None else None


def appended(known: ProxyService | None, service: ProxyService) -> ProxyService:
    """Decide between two services of one host, or join their ports."""
    if known is None:
        return service
    if known.is_kubernetes != service.is_kubernetes:
        return known if known.is_kubernetes else service
    same = known.declared is service.declared or (
        known.namespace == service.namespace
        and not known.is_kubernetes
        and known.declared.source.spec.data.get("resolution")
        == service.declared.source.spec.data.get("resolution")
        and known.declared.visible == service.declared.visible
    )
    numbers = {port.number for port in known.ports}
    more = [port for port in service.ports if port.number not in numbers]
    return known.with_ports((*known.ports, *more)) if same and more else known


def is_complete(service: ProxyService) -> bool:
    """Is it a Service with all its ports, to which ``appended`` has nothing to add?"""
    return service.is_kubernetes and len(service.ports) == len(service.declared.ports)
