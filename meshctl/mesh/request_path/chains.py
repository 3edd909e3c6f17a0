"""Chooses the filter chain of a listener for a connection.

As Envoy looks: by port, address, server name, transport and application protocol, in this order;
at each step the closest ones stay, and there is no way back.
"""

from collections.abc import Iterable, Sequence
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


class Chains:
    """The filter chains of one listener, by what they ask for first: port, address, server name."""

    def __init__(self, chains: Iterable[ListenerChain]) -> None:
        by_port: dict[int | None, list[ListenerChain]] = {}
        for chain in chains:
            by_port.setdefault(chain.port, []).append(chain)
        self._by_port = {port: _ByAddress(several) for port, several in by_port.items()}

    def choose(self, first: FirstBytes) -> list[ListenerChain]:
        """Choose the chain for a connection: one, none, or several that ask the same."""
        of_port = self._by_port.get(first.port) or self._by_port.get(None)
        if of_port is None:
            return []
        named = of_port.closest(first.address).closest(first.sni)
        exact = [chain for chain in named if chain.transport == first.transport]
        kept = exact or [chain for chain in named if not chain.transport]
        for offered in first.alpn:
            found = [chain for chain in kept if offered in chain.alpn]
            if found:
                return found
        return [chain for chain in kept if not chain.alpn]


class _ByAddress:
    """Chains by the blocks of addresses that they ask for."""

    def __init__(self, chains: Sequence[ListenerChain]) -> None:
        self._open = _ByName([chain for chain in chains if not chain.cidrs])
        blocks: dict[_Block, dict[ListenerChain, None]] = {}
        for chain in chains:
            for text in chain.cidrs:
                for block in (text, _block(text)):
                    blocks.setdefault(block, {})[chain] = None
        self._by_block = {block: _ByName([*several]) for block, several in blocks.items()}
        lengths = {block[:2] for block in blocks if not isinstance(block, str)}
        self._lengths = sorted(lengths, reverse=True)

    def closest(self, address: str) -> "_ByName":
        """Give the chains of the narrowest block that an address is in, else those without any."""
        if not self._by_block:
            return self._open
        try:
            ip = ip_address(address)
        except ValueError:  # what stands for an address that isn't known
            return self._by_block.get(address, self._open)
        blocks = (
            (version, length, int(ip) >> (ip.max_prefixlen - length))
            for version, length in self._lengths
            if version == ip.version
        )
        found = (self._by_block[block] for block in blocks if block in self._by_block)
        return next(found, self._open)


class _ByName:
    """Chains by the server names that they ask for."""

    def __init__(self, chains: Sequence[ListenerChain]) -> None:
        self._unnamed = [chain for chain in chains if not set(chain.sni) - {"*"}]
        self._by_name: dict[str, dict[ListenerChain, None]] = {}
        for chain in chains:
            for name in chain.sni:
                self._by_name.setdefault(name.lower(), {})[chain] = None

    def closest(self, sni: str) -> Iterable[ListenerChain]:
        """Give the chains of a name, else of the longest wildcard above it, else those without."""
        if sni in self._by_name and sni:
            return self._by_name[sni]
        rest = sni
        while "." in rest:
            rest = rest.partition(".")[2]
            if f"*.{rest}" in self._by_name:
                return self._by_name[f"*.{rest}"]
        return self._unnamed


_Block = str | tuple[int, int, int]
"""A text as it is written, or version, length and the bits that all addresses in it begin with."""


def _block(text: str) -> _Block:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return text
    length = network.prefixlen
    return network.version, length, int(network.network_address) >> (network.max_prefixlen - length)


def _blocks(cidrs: Iterable[str]) -> frozenset[str]:
    found = set()
    for one in cidrs:
        try:
            found.add(str(ip_network(one, strict=False)))
        except ValueError:
            found.add(one)
    return frozenset(found) - {"0.0.0.0/32"}
