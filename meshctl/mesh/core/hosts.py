"""Host names: short names made full, and what wildcards cover.

Mirrors pkg/config/host/name.go and pilot/pkg/model/config.go (ResolveShortnameToFQDN) of Istio
1.31: a wildcard is a ``*`` followed by a suffix, and everything else is compared as text.
"""

from bisect import bisect_left
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")


def fqdn(host: str, namespace: str, domain: str = "cluster.local") -> str:
    """Complete a short name with the namespace of the object that wrote it.

    Only a name without a dot is short for istiod; ``reviews.prod`` stays as it is.
    """
    if "." in host or host.startswith("*") or not host:
        return host
    return f"{host}.{namespace}.svc.{domain}"


def is_wildcard(host: str) -> bool:
    """Does the host stand for many?"""
    return host.startswith("*")


def covers(wide: str, narrow: str) -> bool:
    """Is every host that ``narrow`` stands for also one of ``wide``?"""
    if not is_wildcard(wide):
        return wide == narrow
    return narrow.removeprefix("*").endswith(wide[1:])


def is_in_certificate(name: str, host: str) -> bool:
    """May a certificate's name prove a host, or one that a wildcard host stands for?

    Its star stands for one label (RFC 6125, section 6.4.3).
    """
    if is_wildcard(host):
        return name == host or covers(host, name.removeprefix("*."))
    return name == host or (name.startswith("*.") and name[2:] == host.partition(".")[2])


def is_in_certificates(names: AbstractSet[str], host: str) -> bool:
    """May any of these names prove a host, or one that a wildcard host stands for?"""
    if is_wildcard(host):
        return host in names or any(is_in_certificate(name, host) for name in names)
    return host in names or f"*.{host.partition('.')[2]}" in names


def overlaps(host: str, other: str) -> bool:
    """Is there a host that both stand for?"""
    return covers(host, other) or covers(other, host)


def in_cluster(host: str, domain: str = "cluster.local") -> tuple[str, str] | None:
    """Split ``name.namespace.svc.domain`` into name and namespace; ``None`` for other hosts."""
    stem = host.removesuffix(f".svc.{domain}")
    if stem == host:
        return None
    name, dot, namespace = stem.partition(".")
    return (name, namespace) if dot and name and namespace and "." not in namespace else None


_PRIVATE = ("local", "internal", "corp", "lan", "intra", "intranet", "private", "home.arpa")


def is_private(host: str, domain: str = "cluster.local") -> bool:
    """Is it a name that no public certificate authority signs: of the cluster, or of no TLD?"""
    return "." not in host or host.endswith(tuple(f".{end}" for end in (*_PRIVATE, domain)))


class HostIndex(Generic[T]):
    """Values by host, found by exact host or by the wildcards that cover it.

    A look-up costs one dictionary access for each distinct length of wildcard suffix, however
    many hosts there are.
    """

    def __init__(self) -> None:
        self._exact: dict[str, list[T]] = {}
        self._suffixes: dict[str, list[T]] = {}
        self._lengths: list[int] = []
        # Every host and wildcard suffix read backwards, so that a common end is a common start.
        self._backwards: list[tuple[str, list[T]]] | None = None

    def add(self, host: str, value: T) -> None:
        """File a value under a host or wildcard."""
        self._backwards = None
        if is_wildcard(host):
            suffix = host[1:]
            if len(suffix) not in self._lengths:
                self._lengths = sorted((*self._lengths, len(suffix)), reverse=True)
            self._suffixes.setdefault(suffix, []).append(value)
        else:
            self._exact.setdefault(host, []).append(value)

    def at(self, host: str) -> list[T]:
        """Find the values filed under exactly this host or wildcard."""
        if is_wildcard(host):
            return self._suffixes.get(host[1:], [])
        return self._exact.get(host, [])

    def most_specific(self, host: str) -> list[T]:
        """Find the values of the one closest host: itself, else its longest covering wildcard.

        Mirrors MostSpecificHostMatch, pilot/pkg/model/context.go, Istio 1.31.
        """
        return next(self.covering(host), [])

    def covering(self, host: str) -> Iterator[list[T]]:
        """Walk every filed host that covers this one, the most specific first."""
        if not is_wildcard(host) and host in self._exact:
            yield self._exact[host]
        tail = host.removeprefix("*")
        for length in self._lengths:
            if length <= len(tail):
                found = self._suffixes.get(tail[len(tail) - length :])
                if found is not None:
                    yield found

    def meeting(self, host: str) -> set[T]:
        """Find the values whose host covers this one, or is covered by it; they must be hashable."""
        found = {value for values in self.covering(host) for value in values}
        return found.union(self.covered_by(host)) if is_wildcard(host) else found

    def covered_by(self, wide: str) -> Iterator[T]:
        """Walk every value whose host is covered by a wildcard; it costs a search and the hits."""
        if not is_wildcard(wide):
            yield from self._exact.get(wide, [])
            return
        if self._backwards is None:
            tails = ((tail[::-1], found) for tail, found in self._suffixes.items())
            hosts = ((host[::-1], found) for host, found in self._exact.items())
            self._backwards = sorted((*hosts, *tails), key=lambda pair: pair[0])
        stem = wide[:0:-1]
        start = bisect_left(self._backwards, stem, key=lambda pair: pair[0])
        for backwards, values in islice(self._backwards, start, None):
            if not backwards.startswith(stem):
                return
            yield from values
