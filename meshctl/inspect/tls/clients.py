"""Groups clients to which a host is the same, so that each group is looked at once."""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet

from meshctl.inspect.tls.alike_clients import AlikeClients, Part, Partition
from meshctl.mesh import Mesh
from meshctl.mesh.core.selectors import LabelIndex
from meshctl.mesh.security.client_tls import told_of_tls
from meshctl.mesh.security.tls_connection import Client, ClientKind
from meshctl.mesh.traffic.destination_rule_merge import Labels
from meshctl.resources import DestinationRule
from meshctl.resources.cached_property import cached_property

_Lists = tuple[Sequence[DestinationRule], ...]
"""The rules that cover a host, by the hosts that they are for, the most specific first."""


class Clients:
    """Clients by namespace and name, and what a host may be to them."""

    def __init__(self, mesh: Mesh, clients: Sequence[Client], shown: Collection[str] = ()) -> None:
        """Clients of the namespaces ``shown``, if it names any, are kept apart from others."""
        self._all = clients
        self._shown = shown
        self._kinds: dict[Hashable, _Kind] = {}
        for client in clients:
            key = self._key(client)
            if key not in self._kinds:
                self._kinds[key] = _Kind(mesh, client.proxy)
            self._kinds[key].add(client)

    def __iter__(self) -> Iterator[Client]:
        return iter(self._all)

    def _key(self, client: Client) -> Hashable:
        return client.proxy, client.past_sidecar, self.are_shown(client)

    def are_shown(self, client: Client) -> bool:
        """Did somebody ask for the clients of this namespace?"""
        return not self._shown or client.namespace in self._shown

    def at(self, host: str) -> Iterator[AlikeClients]:
        """Group all clients by what the hosts of a name may be to them."""
        for kind in self._kinds.values():
            yield from kind.at(host).groups

    def alike(self, client: Client) -> Callable[[str], AlikeClients]:
        """Find those among whom a client is at a host."""
        kind = self._kinds[self._key(client)]
        return lambda host: kind.at(host).of(client)


class _Kind:
    """Clients that only the rules and names of single hosts may tell apart."""

    def __init__(self, mesh: Mesh, proxy: ClientKind) -> None:
        self._rules = mesh.traffic.destination_rules
        self._registry = mesh.registry
        self._proxy = proxy
        self._homes: dict[str, list[Client]] = {}
        self._at: dict[str, Partition] = {}
        self._covered: dict[tuple[int, ...], Partition] = {}  # the lists stay

    def add(self, client: Client) -> None:
        """Add a client; they come by namespace and name."""
        self._homes.setdefault(client.namespace, []).append(client)

    def at(self, host: str) -> Partition:
        """Group the clients by what the hosts of a name may be to them.

        Namespaces differ that have rules of their own, that an ``exportTo`` names, or whose hosts
        others declare, too.
        """
        known = self._at.get(host)
        if known is None:
            known = self._at[host] = self._find(host)
        return known

    def _find(self, host: str) -> Partition:
        if self._proxy is ClientKind.NONE:
            return self._everybody
        lists = tuple(self._rules.lists_covering(host))
        partition = self._by_rules(lists)
        homes = self._registry.telling_apart(host) & self._homes.keys()
        if not homes:
            return partition
        apart = [(home, part) for home in sorted(homes) for part in self._parts(home, lists)]
        return Partition(homes, [AlikeClients.of([one]) for one in apart], partition)

    @cached_property
    def _everybody(self) -> Partition:
        homes = {home: [Part(clients)] for home, clients in self._homes.items()}
        return Partition(homes.keys(), [AlikeClients(homes, is_wide=True)])

    def _by_rules(self, lists: _Lists) -> Partition:
        """Group the clients by rules; hosts that the same lists cover share what is found.

        Where the rules of their own namespaces say the same, clients are together.
        """
        if not lists:
            return self._everybody
        key = tuple(map(id, lists))
        if key not in self._covered:
            wider = self._by_rules(lists[1:])
            homes = self._rules.telling_apart(lists[0]).keys() & self._homes.keys()
            self._covered[key] = self._parted(lists, homes, wider) if homes else wider
        return self._covered[key]

    def _parted(self, lists: _Lists, homes: AbstractSet[str], wider: Partition) -> Partition:
        host = self._rules.host_of(lists[0][0])
        together: dict[Hashable, list[tuple[str, Part]]] = {}
        for home in sorted(homes):
            is_own = self._rules.are_found_at_home(host, home)
            for part in self._parts(home, lists):
                told: Hashable = part
                if is_own:
                    told = told_of_tls(self._rules.at_home(host, home, part.first.labels))
                together.setdefault(told, []).append((home, part))
        return Partition(homes, [AlikeClients.of(parts) for parts in together.values()], wider)

    def _parts(self, home: str, lists: _Lists) -> Iterator[Part]:
        """Walk the clients of a namespace by which selectors of its rules pick them."""
        selectors: list[Labels] = []
        for rules in lists:
            selectors += self._rules.telling_apart(rules).get(home, ())
        clients = self._homes[home]
        picking: dict[int, list[int]] = {}
        for number, selector in enumerate(selectors):
            for place in self._by_labels.find(selector, home):
                picking.setdefault(place, []).append(number)
        groups: dict[tuple[int, ...], list[Client]] = {}
        for place in sorted(picking):
            groups.setdefault(tuple(picking[place]), []).append(clients[place])
        picked = {client.name for several in groups.values() for client in several}
        if len(picked) < len(clients):
            yield Part(clients, picked)
        for several in groups.values():
            yield Part(several, is_picked=True)

    @cached_property
    def _by_labels(self) -> LabelIndex[int]:
        index: LabelIndex[int] = LabelIndex()
        for home, clients in self._homes.items():
            for place, client in enumerate(clients):
                index.add(home, client.labels, place)
        return index
