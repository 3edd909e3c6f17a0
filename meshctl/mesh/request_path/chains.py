"""Chooses the filter chain of a listener for a connection.

As Envoy looks: by port, address, server name, transport and application protocol, in this order;
at each step the closest ones stay, and there is no way back.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from meshctl.resources import Destination, Route, VirtualService


class FirstBytes(NamedTuple):
    """What a listener learns of a connection before it chooses: inspectors tell the rest."""

    address: str
    port: int
    transport: str
    sni: str = ""
    alpn: tuple[str, ...] = ()


class ClusterTarget(NamedTuple):
    """A cluster that something routes to, by its parts; ``destination`` says where it is written.

    ``weight`` is ``None`` for a single one. An empty host is a backend that may not be used.
    """

    host: str
    port: int
    subset: str = ""
    weight: int | None = None
    destination: Destination | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ListenerChain:
    """One filter chain: what it asks for, and what it does.

    ``rds`` names the routes of HTTP; a chain without is TCP and goes to ``targets``, or, without
    any, past all that istiod knows. ``opens_tls`` tells whether TLS ends here.
    """

    name: str = ""
    port: int | None = None
    cidrs: tuple[str, ...] = ()
    sni: tuple[str, ...] = ()
    transport: str = ""
    alpn: tuple[str, ...] = ()
    is_http: bool = False
    opens_tls: bool = False
    rds: str = ""
    targets: tuple[ClusterTarget, ...] = ()
    route: Route | None = None
    virtual_service: VirtualService | None = None

    @property
    def takes_all(self) -> bool:
        """Does it ask for nothing, so that Envoy keeps it for what no other chain takes?"""
        names = set(self.sni) - {"*"}
        unnamed = not names or "*" in self.sni
        return unnamed and not (self.alpn or self.transport or self.cidrs)

    @property
    def asks_for(self) -> tuple[object, ...]:
        """What Envoy tells chains apart by; two with the same can't be in one listener."""
        names = frozenset(self.sni) - {"*"}
        return self.transport, self.alpn, names, _blocks(self.cidrs)


class NamedChains:
    """Filter chains by the server names that they ask for."""

    def __init__(self, chains: Iterable[ListenerChain]) -> None:
        self._named: dict[str, list[ListenerChain]] = {}
        self._others: list[ListenerChain] = []
        for chain in chains:
            if not set(chain.sni) - {"*"}:
                self._others.append(chain)
            for name in {text.lower() for text in chain.sni}:
                self._named.setdefault(name, []).append(chain)

    def find(self, sni: str) -> list[ListenerChain]:
        """Find those for a name: with itself, else the longest wildcard above it, else without any."""
        rest, name = sni, sni
        while name not in self._named and "." in rest:
            rest = rest.partition(".")[2]
            name = f"*.{rest}"
        return self._named.get(name, self._others) if sni else self._others


def choose_chain(chains: Iterable[ListenerChain], first: FirstBytes) -> list[ListenerChain]:
    """Choose the chain for a connection: one, none, or several that ask the same."""
    kept = _closest(chains, lambda chain: chain.port, first.port)
    kept = _by_address(kept, first.address)
    kept = NamedChains(kept).find(first.sni)
    kept = _closest(kept, lambda chain: chain.transport or None, first.transport)
    for offered in first.alpn:
        found = [chain for chain in kept if offered in chain.alpn]
        if found:
            return found
    return [chain for chain in kept if not chain.alpn]


def _closest(
    chains: Iterable[ListenerChain], asked: Callable[[ListenerChain], object], value: object
) -> list[ListenerChain]:
    several = list(chains)
    exact = [chain for chain in several if asked(chain) == value]
    return exact or [chain for chain in several if asked(chain) is None]


def _by_address(chains: Sequence[ListenerChain], address: str) -> list[ListenerChain]:
    best, kept = -1, [chain for chain in chains if not chain.cidrs]
    for chain in chains:
        for block in chain.cidrs:
            length = _prefix_length(block, address)
            if length > best:
                best, kept = length, [chain]
            elif length == best and length >= 0 and chain not in kept:
                kept.append(chain)
    return kept


def _prefix_length(block: str, address: str) -> int:
    """How long is a block that holds an address? -1 for one that doesn't."""
    try:
        network = ip_network(block, strict=False)
        return network.prefixlen if ip_address(address) in network else -1
    except ValueError:
        return 1000 if block == address else -1


def _blocks(cidrs: Iterable[str]) -> frozenset[str]:
    found = set()
    for one in cidrs:
        try:
            found.add(str(ip_network(one, strict=False)))
        except ValueError:
            found.add(one)
    return frozenset(found) - {"0.0.0.0/32"}
