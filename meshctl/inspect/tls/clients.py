"""Groups clients to which a host is the same, so that each group is looked at once."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from meshctl.mesh import Mesh
from meshctl.mesh.core.selectors import LabelIndex
from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.resources.cached_property import cached_property

_NOWHERE: frozenset[str] = frozenset()


class AlikeClients:
    """Clients that nothing tells apart at a host: those of some namespaces, but for a few."""

    def __init__(
        self, keys: Sequence[Hashable], homes: Mapping[str, Sequence[Client]], number: int,
        but_homes: AbstractSet[str] = _NOWHERE, but: AbstractSet[str] = _NOWHERE,
    ) -> None:  # fmt: skip
        """``keys`` are those by which ``Clients.keys`` finds the clients."""
        self.keys = keys
        self._homes = homes
        self._number = number
        self._but_homes = but_homes
        self._but = but

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Client]:
        for home, clients in self._homes.items():
            if home not in self._but_homes:
                yield from (client for client in clients if client.name not in self._but)

    @property
    def first(self) -> Client:
        """The first by namespace and name, which stands for all."""
        return next(iter(self))

    def homes(self) -> Counter[str]:
        """Count the clients of each namespace."""
        homes = self._homes.items()
        if self._but:  # it is some of one namespace
            return Counter(dict.fromkeys(self._homes, self._number))
        return Counter({home: len(each) for home, each in homes if home not in self._but_homes})


class Clients:
    """Clients by namespace and name, and what a host may be to them."""

    def __init__(self, mesh: Mesh, clients: Sequence[Client], shown: Collection[str] = ()) -> None:
        """Clients of the namespaces ``shown``, if it names any, are kept apart from others."""
        self._mesh = mesh
        self._all = clients
        self._shown = shown
        self._kinds: dict[Hashable, _Kind] = {}
        for client in clients:
            key = client.proxy, client.past_sidecar, self.are_shown(client)
            self._kinds.setdefault(key, _Kind(len(self._kinds))).add(client)

    def __iter__(self) -> Iterator[Client]:
        return iter(self._all)

    def are_shown(self, client: Client) -> bool:
        """Did somebody ask for the clients of this namespace?"""
        return not self._shown or client.namespace in self._shown

    def at(self, host: str) -> Iterator[AlikeClients]:
        """Group all clients by what the hosts of a name may be to them.

        Few namespaces differ: those with rules of their own, and those that an ``exportTo`` names or
        whose hosts others declare, too.
        """
        apart = self._mesh.traffic.destination_rules.telling_apart(host)
        homes = apart.keys() | self._mesh.registry.telling_apart(host)
        for kind in self._kinds.values():
            if kind.proxy is ClientKind.NONE:
                yield from kind.others(_NOWHERE)
                continue
            yield from kind.others(homes)
            for home in sorted(homes & kind.homes.keys()):
                yield from kind.of(home, apart.get(home, ()))

    def keys(self, client: Client) -> Iterator[Hashable]:
        """Walk what a client is found by among those that are alike, the most specific first."""
        kind = self._kinds[client.proxy, client.past_sidecar, self.are_shown(client)]
        yield client.name
        yield kind.number, client.namespace
        yield kind.number


class _Kind:
    """Clients that only the rules and names of single hosts may tell apart."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.homes: dict[str, list[Client]] = {}
        self._size = 0

    def add(self, client: Client) -> None:
        self.homes.setdefault(client.namespace, []).append(client)
        self.proxy = client.proxy
        self._size += 1

    def others(self, apart: AbstractSet[str]) -> Iterator[AlikeClients]:
        """The clients of all namespaces but some, if there are any."""
        few = sum(len(self.homes[home]) for home in apart if home in self.homes)
        if few < self._size:
            yield AlikeClients((self.number,), self.homes, self._size - few, but_homes=apart)

    def of(self, home: str, selectors: Sequence[Mapping[str, str]]) -> Iterator[AlikeClients]:
        """Walk the clients of a namespace by which of some selectors pick them."""
        clients = self.homes[home]
        picking: dict[int, list[int]] = {}
        for number, selector in enumerate(selectors):
            for place in self._by_labels.find(selector, home):
                picking.setdefault(place, []).append(number)
        groups: dict[tuple[int, ...], list[Client]] = {}
        for place in sorted(picking):
            groups.setdefault(tuple(picking[place]), []).append(clients[place])
        picked = {client.name for several in groups.values() for client in several}
        if len(picked) < len(clients):
            key, rest = (self.number, home), len(clients) - len(picked)
            yield AlikeClients((key,), {home: clients}, rest, but=picked)
        for several in groups.values():
            names = [client.name for client in several]
            yield AlikeClients(names, {home: several}, len(several))

    @cached_property
    def _by_labels(self) -> LabelIndex[int]:
        index: LabelIndex[int] = LabelIndex()
        for home, clients in self.homes.items():
            for place, client in enumerate(clients):
                index.add(home, client.labels, place)
        return index
