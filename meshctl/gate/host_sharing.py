"""Finds objects by the hosts they are about, as hosts and wildcards come and go."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class HostSharing(Generic[T]):
    """Values by host or wildcard, found by any host that has one in common with theirs.

    A look-up costs one access for each label of the host, and the hits. A wildcard that cuts a label
    (``*shop.example``) counts as the one above it, so that more may be found than overlaps.
    """

    def __init__(self) -> None:
        self._exact: dict[str, dict[T, None]] = {}
        self._wide: dict[str, dict[T, None]] = {}
        self._below: dict[str, dict[T, None]] = {}

    @property
    def tables(self) -> Sequence[Mapping[str, Mapping[T, None]]]:
        """What values are filed in."""
        return self._exact, self._wide, self._below

    def add(self, host: str, value: T) -> None:
        """File a value under a host or wildcard."""
        for table, key in self._places(host):
            table.setdefault(key, {})[value] = None

    def remove(self, host: str, value: T) -> None:
        """Take a value away from a host; nothing happens where it isn't filed."""
        for table, key in self._places(host):
            found = table.get(key)
            if found is not None:
                found.pop(value, None)
                if not found:
                    del table[key]

    def covering(self, host: str) -> Iterator[T]:
        """Walk the values of a host itself, and of the wildcards that cover it."""
        if not host.startswith("*"):
            yield from self._exact.get(host, ())
        for suffix in _suffixes(host):
            yield from self._wide.get(suffix, ())

    def below(self, wildcard: str) -> Iterator[T]:
        """Walk the values of the hosts and wildcards that a wildcard covers."""
        yield from self._below.get(_suffix(wildcard), ())

    def _places(self, host: str) -> Iterable[tuple[dict[str, dict[T, None]], str]]:
        if host.startswith("*"):
            yield self._wide, _suffix(host)
        else:
            yield self._exact, host
        for suffix in _suffixes(host):
            yield self._below, suffix


def _suffix(wildcard: str) -> str:
    """Name a wildcard by what follows its first dot: ``*.example.com`` is ``example.com``."""
    return wildcard.partition(".")[2]


def _suffixes(host: str) -> Iterator[str]:
    """Walk the suffixes of all wildcards that cover a host, itself if it is one; the last is all."""
    rest = host
    while rest:
        rest = rest.partition(".")[2]
        yield rest
