"""Holds clients to which hosts are the same, each group once for all hosts that group them so."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from meshctl.mesh.security.tls_connection import Client
from meshctl.resources.cached_property import cached_property

_NOBODY: frozenset[str] = frozenset()


class Part:
    """Clients of one namespace, in order, that no rule tells apart: all of it but a few, or those that rules pick."""

    __slots__ = ("_but", "_clients", "is_picked")

    def __init__(
        self, clients: Sequence[Client], but: AbstractSet[str] = _NOBODY, *, is_picked: bool = False
    ) -> None:
        """``but`` names those who don't belong to it."""
        self._clients = clients
        self._but = but
        self.is_picked = is_picked

    def __len__(self) -> int:
        return len(self._clients) - len(self._but)

    def __iter__(self) -> Iterator[Client]:
        return (client for client in self._clients if client.name not in self._but)

    @property
    def first(self) -> Client:
        """The first by name."""
        return next(iter(self))


class AlikeClients:
    """Clients that nothing tells apart at a host, but for which of several rules that say the same they follow."""

    def __init__(
        self, homes: Mapping[str, Sequence[Part]], without: Sequence[AbstractSet[str]] = (),
        number: int | None = None, *, is_wide: bool = False,
    ) -> None:  # fmt: skip
        """``homes`` are in order; ``without`` are those of them that don't belong to it.

        ``is_wide`` says that it is all clients, or what single hosts leave of many.
        """
        self.is_wide = is_wide
        self._homes = homes
        self._without = without
        self._number = sum(self.homes().values()) if number is None else number

    @staticmethod
    def of(parts: Iterable[tuple[str, Part]]) -> "AlikeClients":
        """Put parts of namespaces together, which come in their order."""
        homes: dict[str, list[Part]] = {}
        for home, part in parts:
            homes.setdefault(home, []).append(part)
        return AlikeClients(homes)

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Client]:
        return (client for part in self.parts() for client in part)

    def parts(self) -> Iterator[Part]:
        """Walk what follows the same rule."""
        for home, parts in self._homes.items():
            if self._has(home):
                yield from parts

    @cached_property
    def first(self) -> Client:
        """The first by namespace and name, which stands for all."""
        home = next(filter(self._has, self._homes))
        return min((part.first for part in self._homes[home]), key=_name)

    def homes(self) -> Counter[str]:
        """Count the clients of each namespace."""
        return Counter({home: self._count(home) for home in self._homes if self._has(home)})

    def but(self, homes: AbstractSet[str]) -> "AlikeClients":
        """Leave out the clients of some namespaces; where it has none of these it stays itself."""
        number = sum(self._count(home) for home in homes if home in self._homes and self._has(home))
        if not number:
            return self
        without = homes, *self._without
        return AlikeClients(self._homes, without, self._number - number, is_wide=True)

    def names(self) -> Iterator[str]:
        """Walk what finds its clients: their namespace, and of those that rules pick their own name."""
        for home, parts in self._homes.items():
            for part in parts:
                yield from (client.name for client in part) if part.is_picked else (home,)

    def _has(self, home: str) -> bool:
        return not any(home in homes for homes in self._without)

    def _count(self, home: str) -> int:
        return sum(map(len, self._homes[home]))


class Partition:
    """Clients of one kind in groups, of which each is alike at hosts that the same rules cover.

    It says who belongs together of some namespaces; all others are as in a wider partition.
    """

    def __init__(
        self, homes: AbstractSet[str], own: Sequence[AlikeClients], wider: "Partition | None" = None
    ) -> None:
        """``own`` are the groups of the namespaces ``homes``."""
        self._homes = homes
        self._own = {name: group for group in own for name in group.names()}
        self._wider = wider
        others: Sequence[AlikeClients] = wider.groups if wider is not None else ()
        self._left = {group: group.but(homes) for group in others}
        self.groups: Sequence[AlikeClients] = [*filter(len, self._left.values()), *own]

    def of(self, client: Client) -> AlikeClients:
        """Find the group of a client."""
        if self._wider is None or client.namespace in self._homes:
            found = self._own.get(client.name)
            return self._own[client.namespace] if found is None else found
        return self._left[self._wider.of(client)]


def _name(client: Client) -> str:
    return client.name
