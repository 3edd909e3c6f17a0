"""The VirtualServices that an egress listener imports, with their places and their hosts."""

from collections.abc import Callable, Iterator, Sequence

from meshctl.mesh.core.hosts import HostIndex, is_wildcard
from meshctl.resources import VirtualService
from meshctl.resources.cached_property import cached_property

_Owners = dict[str, VirtualService]
HostsOf = Callable[[VirtualService], Iterator[str]]


class Places:
    """The place of each VirtualService: of its own first, then of those of the rest."""

    def __init__(self, own: Sequence[VirtualService], rest: "Places | None") -> None:
        self._own = {one: place for place, one in enumerate(own)}
        self._rest = rest

    def __contains__(self, service: VirtualService) -> bool:
        return service in self._own or (self._rest is not None and service in self._rest)

    def __getitem__(self, service: VirtualService) -> int:
        found = self._own.get(service)
        if found is not None:
            return found
        if self._rest is None:
            raise KeyError(service)
        return len(self._own) + self._rest[service]

    def __len__(self) -> int:
        return len(self._own) + (len(self._rest) if self._rest is not None else 0)


class ImportedVirtualServices:
    """A list of VirtualServices: its own, and after them the rest, without those of its own."""

    def __init__(
        self, own: Sequence[VirtualService], hosts_of: HostsOf,
        rest: "ImportedVirtualServices | None" = None,
    ) -> None:  # fmt: skip
        self._own = own
        self._rest = rest
        self._hosts_of = hosts_of
        beneath: Places | None = rest.places if rest is not None else None
        self.places: Places = Places(own, beneath)
        exact: _Owners = {}
        wild: _Owners = {}
        for service in own:
            for host in hosts_of(service):
                (wild if is_wildcard(host) else exact).setdefault(host, service)
        self._exact_hosts: tuple[_Owners, ...] = (exact,)
        self._wild_hosts: tuple[_Owners, ...] = (wild,)
        if rest is not None:
            self._exact_hosts += rest._exact_hosts  # noqa: SLF001 - of its own class
            self._wild_hosts += rest._wild_hosts  # noqa: SLF001 - of its own class

    @cached_property
    def services(self) -> list[VirtualService]:
        """All of them, in the order in which they are asked."""
        rest = self._rest.services if self._rest is not None else ()
        own = set(self._own)
        return [*self._own, *(one for one in rest if one not in own)]

    def layer4_for(self, host: str) -> list[VirtualService]:
        """List those with tcp or tls routes that have a host in common with one, in order."""
        found = {one for each in self._layer4.covering(host) for one in each}
        if is_wildcard(host):
            found.update(self._layer4.covered_by(host))
        if self._rest is not None:
            found.update(self._rest.layer4_for(host))
        return sorted(found, key=self.places.__getitem__)

    @cached_property
    def _layer4(self) -> HostIndex[VirtualService]:
        index: HostIndex[VirtualService] = HostIndex()
        for service in self._own:
            for host in self._hosts_of(service) if service.tcp or service.tls else ():
                index.add(host, service)
        return index

    def owner_of(self, host: str) -> VirtualService | None:
        """Find the one with the closest host for the host of a service."""
        if not is_wildcard(host):
            found = next((one[host] for one in self._exact_hosts if host in one), None)
            if found is not None:
                return found
        tail = host.removeprefix("*")
        for start in range(len(tail) + 1) if any(self._wild_hosts) else ():
            wide = f"*{tail[start:]}"
            found = next((one[wide] for one in self._wild_hosts if wide in one), None)
            if found is not None:
                return found
        return None
