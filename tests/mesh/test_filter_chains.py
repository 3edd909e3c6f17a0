"""Chains found by what they ask for are those that a look at each of them finds."""

import random
from collections.abc import Callable, Sequence
from ipaddress import ip_address, ip_network

from meshctl.mesh.request_path.chains import Chains, FirstBytes, ListenerChain

PORTS = (None, 80, 443)
BLOCKS = (
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.0.1",
    "0.0.0.0/0",
    "fd00::/8",
    "10.1.9.9/16",
    "a-service",
)
ADDRESSES = ("10.1.0.1", "10.2.0.1", "192.0.2.1", "fd00::1", "a-service", "another")
NAMES = ("*", "a.example.com", "A.Example.com", "*.example.com", "*.com", "b.example.com")
ALPN = ("h2", "http/1.1", "istio")
TRANSPORTS = ("", "tls", "raw_buffer")


def _some(chance: random.Random, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(chance.choices(values, k=chance.choice((0, 0, 1, 2))))


def _chain(chance: random.Random) -> ListenerChain:
    return ListenerChain(
        port=chance.choice(PORTS), cidrs=_some(chance, BLOCKS), sni=_some(chance, NAMES),
        transport=chance.choice(TRANSPORTS), alpn=_some(chance, ALPN),
    )  # fmt: skip


def _length(block: str, address: str) -> int:
    try:
        network = ip_network(block, strict=False)
        return network.prefixlen if ip_address(address) in network else -1
    except ValueError:
        return 1000 if block == address else -1


def _kept(
    chains: Sequence[ListenerChain], rank: Callable[[ListenerChain], int]
) -> list[ListenerChain]:
    """Keep the chains of the highest rank; below zero they ask for something else."""
    best = max((rank(chain) for chain in chains), default=-1)
    return [chain for chain in chains if rank(chain) == best >= 0]


def _looked_at(chains: Sequence[ListenerChain], first: FirstBytes) -> list[ListenerChain]:
    def by_port(chain: ListenerChain) -> int:
        return 1 if chain.port == first.port else 0 if chain.port is None else -1

    def by_address(chain: ListenerChain) -> int:
        lengths = (_length(block, first.address) for block in chain.cidrs)
        return max((length + 1 if length >= 0 else -1 for length in lengths), default=0)

    def by_name(chain: ListenerChain) -> int:
        names = {name.lower() for name in chain.sni}
        labels = first.sni.split(".")
        wild = (
            len(labels) - at
            for at in range(1, len(labels))
            if f"*.{'.'.join(labels[at:])}" in names
        )
        if first.sni in names:
            return 100
        return next(wild, 0 if not names - {"*"} else -1)

    def by_transport(chain: ListenerChain) -> int:
        return 1 if chain.transport == first.transport else -1 if chain.transport else 0

    for rank in (by_port, by_address, by_name, by_transport):
        chains = _kept(chains, rank)
    for offered in first.alpn:
        if found := [chain for chain in chains if offered in chain.alpn]:
            return found
    return [chain for chain in chains if not chain.alpn]


def test_chains_are_found_as_if_each_were_looked_at() -> None:
    chance = random.Random(11)
    several = 0
    for _ in range(3000):
        chains = [_chain(chance) for _ in range(chance.randrange(9))]
        first = FirstBytes(
            chance.choice(ADDRESSES), chance.choice((80, 443, 8080)), chance.choice(TRANSPORTS[1:]),
            chance.choice(("", "a.example.com", "c.example.com", "www.a.example.com", "x.org")),
            _some(chance, ALPN),
        )  # fmt: skip
        found = Chains(chains).choose(first)
        assert found == _looked_at(chains, first)
        several += bool(found)
    assert several > 500
