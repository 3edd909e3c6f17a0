"""The listeners and routes of a namespace that sees something of its own, beside those of most.

What it sees otherwise are the services of a few hosts, and a few VirtualServices. Listeners are told
apart by port and address, virtual hosts by the hosts that they may be named after: where neither can
differ, what was counted for most namespaces counts.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from meshctl.mesh.core.hosts import is_wildcard
from meshctl.mesh.proxy_config_size.config_bytes import SentHost
from meshctl.mesh.proxy_config_size.outbound_config import (
    OutboundListenersConfig,
    OutboundListenersSize,
    asked_by,
)
from meshctl.mesh.registry.services import NO_ADDRESS, HostPort
from meshctl.mesh.request_path.outbound_hosts import EVERY_HTTP_PORT
from meshctl.mesh.request_path.outbound_listeners import OutboundListener, address_of
from meshctl.mesh.request_path.proxy_services import ProxyService, ProxyServices
from meshctl.mesh.request_path.proxy_view import SidecarView
from meshctl.resources import VirtualService
from meshctl.resources.cached_property import cached_property

_Key = tuple[int, str]


class ListenerDifferences:
    """Counts views by what differs from the one that most namespaces share."""

    def __init__(self, view: SidecarView, services: ProxyServices, domain: str) -> None:
        """``view`` is that of most namespaces."""
        self.view = view
        self._most = OutboundListenersConfig(view, services, domain)
        self._services = services
        self._domain = domain

    @property
    def whole(self) -> OutboundListenersSize:
        """What most namespaces have."""
        return self._most.size

    @cached_property
    def _at(self) -> Mapping[_Key, OutboundListener]:
        return {(one.port, one.address): one for one in self._most.listeners}

    def size(
        self, view: SidecarView, apart: Iterable[str], own: Sequence[VirtualService]
    ) -> OutboundListenersSize | None:
        """Count a view that differs in the services of some hosts, and by its own VirtualServices.

        ``None``: the difference may be anywhere, as wildcards and listeners of single pods spread it.
        """
        routed = {host for one in own for host in self._hosts_of(one)}
        services = {*apart, *(host for one in own if one.tcp or one.tls
                              for host in self._hosts_of(one))}  # fmt: skip
        if any(map(self._is_wide, {*services, *routed})):
            return None
        names = {*self._names(view, {*services, *routed})}
        if any(map(self._spreads, names)):
            return None
        return _Difference(self._most, view, self._services, self._at, own).size(services, names)

    def _hosts_of(self, service: VirtualService) -> Iterator[str]:
        for written in service.hosts:
            yield self.view.routes.full_name(written, service.namespace).lower()

    def _spreads(self, host: str) -> bool:
        """Has a host listeners for single pods?"""
        return any(
            one.is_passthrough and one.address == NO_ADDRESS
            and not all(port.protocol.is_http for port in one.ports)
            for one in self._services.by_host.get(host, ())
        )  # fmt: skip

    def _is_wide(self, host: str) -> bool:
        """Does a VirtualService with a wildcard route for a host, among others?"""
        covering = self.view.scope.distinct[0].bound.covering(host)
        return is_wildcard(host) or any(is_wildcard(one.host) for each in covering for one in each)

    def _names(self, view: SidecarView, hosts: Iterable[str]) -> Iterator[str]:
        """Walk the names whose virtual hosts may differ, since the services of some hosts do."""
        bound = view.scope.distinct[0].bound
        for host in hosts:
            for name in self._forms_of(host):
                yield name
                for claim in bound.at(name):
                    for other in self._hosts_of(claim.virtual_service):
                        yield from self._forms_of(other)

    def _forms_of(self, host: str) -> Iterator[str]:
        """Walk what a host may be called: in short, by its addresses and its other names."""
        several = self._services.by_host.get(host, ())
        for full in {host, *(alias for one in several for alias in one.aliases)}:
            stem = full.removesuffix(f".svc.{self._domain}")
            for name in (full, f"{full}.", stem, f"{stem}.svc", stem.partition(".")[0]):
                yield from (name, f"*.{name}")
        yield from (one.address for one in several if one.address != NO_ADDRESS)


class _Difference:
    """What one view has otherwise than most."""

    def __init__(
        self, most: OutboundListenersConfig, view: SidecarView, services: ProxyServices,
        at: Mapping[_Key, OutboundListener], own: Sequence[VirtualService],
    ) -> None:  # fmt: skip
        """``own`` are the VirtualServices that the view has otherwise than most."""
        self._most = most
        self._view = view
        self._services = services
        self._at = at
        self._routed: dict[int, set[str]] = {}
        for number, hosts in most.routed_by(own):
            self._routed.setdefault(number, set()).update(hosts)

    def size(self, hosts: Iterable[str], names: AbstractSet[str]) -> OutboundListenersSize:
        """Count the view, by the hosts whose listeners and the names whose virtual hosts may differ."""
        ports = {*self._ports(hosts)}
        keys = {
            (port.number, address_of(one, port.protocol)) for one, port in ports if not one.is_alias
        }
        before = [self._at[key] for key in keys if key in self._at]
        after = [one for key in keys if (one := self._listener(*key)) is not None]
        asking = Counter(name for one in after for name in asked_by(one))
        asking.subtract(name for one in before for name in asked_by(one))
        known = self._most.asking
        gone = [name for name, more in asking.items() if name in known and known[name] + more == 0]
        new = [name for name, more in asking.items() if name not in known and more > 0]
        less = [host for name in gone for host in self._most.virtual_hosts(name)]
        more = [host for name in new for host in self._all_hosts(name, names)]
        for name in self._kept({port.number for _, port in ports}, names):
            if name not in gone:
                lost, found = self._compared(name, names)
                less += lost
                more += found
        every, of_pods = self._most.size
        changed = every.changed(
            self._most.part(after, new, more), self._most.part(before, gone, less)
        )
        return OutboundListenersSize(changed, of_pods)

    def _ports(self, hosts: Iterable[str]) -> Iterator[tuple[ProxyService, HostPort]]:
        """Walk the services of some hosts that either view has, with their ports."""
        for host in hosts:
            for view in (self._most.view, self._view):
                for service in view.scope.distinct[0].services_at(host):
                    yield from ((service, port) for port in service.ports)

    def _listener(self, port: int, address: str) -> OutboundListener | None:
        return self._view.listeners.bound_to(address, port)

    def _kept(self, ports: AbstractSet[int], names: AbstractSet[str]) -> Iterator[str]:
        """Walk the route configurations of most of which virtual hosts may differ."""
        for number in {*ports, *self._routed, EVERY_HTTP_PORT}:
            if str(number) in self._most.asking:
                yield str(number)
        for host in names & self._services.by_host.keys():
            numbers = {port.number for one in self._services.by_host[host] for port in one.ports}
            for name in (f"{host}:{number}" for number in numbers):
                if name in self._most.asking:
                    yield name

    def _all_hosts(self, name: str, names: AbstractSet[str]) -> Iterable[SentHost]:
        """List the virtual hosts of a route configuration that most don't have."""
        host, _, port = name.rpartition(":")
        others = () if host else (one for one in self._most.names_on(int(port)) if one not in names)
        return self._hosts(name, [*others, *names]).values()

    def _compared(
        self, name: str, names: AbstractSet[str]
    ) -> tuple[list[SentHost], list[SentHost]]:
        """Compare a route configuration: the virtual hosts that go, and those that come."""
        known = self._most.hosts_by_name[name]
        asked = [one for one in names if one in known]
        times = Counter(known[one].host.name for one in asked)
        sharing = self._most.sharing[name]
        gone = {
            key: known[one] for one in asked if times[key := known[one].host.name] == sharing[key]
        }
        found = self._hosts(name, names)
        return [*gone.values()], [
            host for key, host in found.items() if key in gone or key not in sharing
        ]

    def _hosts(self, name: str, names: Iterable[str]) -> dict[str, SentHost]:
        """Find the virtual hosts of a route configuration for some names, in the view."""
        host, _, port = name.rpartition(":")
        number = int(port)
        table = self._view.hosts_on(number)
        found: dict[str, SentHost] = {}
        for asked in names:
            if table is not None and (asked == host if host else self._is_named(asked, number)):
                owner = table.of_service(asked)
                if owner is not None:
                    found[owner.name] = SentHost(table, owner, is_alone=bool(host))
        return found

    def _is_named(self, name: str, port: int) -> bool:
        """May a virtual host of a port be named so, in the view?"""
        several = (self._most.routed, self._routed)
        if any(name in routed.get(number, ()) for routed in several for number in (port, 0)):
            return True
        declared = self._services.by_host.get(name, ())
        has_port = any(one.port(port) is not None for one in declared if not one.is_alias)
        return has_port and self._view.scope.service(name) is not None
