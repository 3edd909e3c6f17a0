"""The peers that NetworkPolicies of one selector let through, by a label that they need.

A peer is compared with the entries that name a label of its own, and with those that name none, so
that many policies for the same pods cost no more than few.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from itertools import chain
from typing import NamedTuple

from meshctl.mesh.core.selectors import LabelSelector
from meshctl.resources import Namespace, NetworkPolicy, NetworkPolicyRule, View, Workload

NAME_LABEL = "kubernetes.io/metadata.name"
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


class Peer(NamedTuple):
    """The other end of a connection: pods by namespace and labels, or one address."""

    namespace: str = ""
    labels: Mapping[str, str] | None = None
    address: str = ""
    ports: Mapping[str, int] | None = None
    """Its ports by name, where it is the server."""


class _Entry(NamedTuple):
    """One entry of ``from`` or ``to``, its selectors read; neither of them, and no block, is all."""

    rule: NetworkPolicyRule
    home: str
    block: View | None = None
    pods: LabelSelector | None = None
    namespaces: LabelSelector | None = None


class PolicyPeers:
    """What NetworkPolicies of one namespace and selector let through in one direction."""

    def __init__(
        self, policies: Sequence[NetworkPolicy], direction: str,
        namespace: Callable[[str], Namespace | None],
    ) -> None:  # fmt: skip
        self.policies = tuple(
            network_policy for network_policy in policies if direction in network_policy.directions
        )
        self._direction = direction
        self._namespace = namespace
        self._wide: list[_Entry] = []
        self._by_label: dict[tuple[str, str], list[_Entry]] = {}
        for policy in self.policies:
            for rule in policy.rules(direction):
                for entry in _entries(policy, rule):
                    needed = entry.pods.needed() if entry.pods is not None else None
                    for label in needed or ():
                        self._by_label.setdefault(label, []).append(entry)
                    if needed is None:
                        self._wide.append(entry)

    def admits(self, peer: Peer | None, port: int, named: Mapping[str, int]) -> bool | None:
        """May a connection to a container port pass? ``None`` is unknown, no peer is anybody."""
        if peer is None:
            rules = (rule for policy in self.policies for rule in policy.rules(self._direction))
            return any(_has_port(rule, port, named) for rule in rules)
        unknown = False
        for entry in self._candidates(peer):
            if _has_port(entry.rule, port, named):
                answer = self._is_peer(entry, peer)
                if answer:
                    return True
                unknown = unknown or answer is None
        return None if unknown else False

    def homes(self, port: int, named: Mapping[str, int]) -> frozenset[str] | None:
        """Name the namespaces whose pods alone a port is open to; ``None`` where others may be."""
        found: set[str] = set()
        for entry in chain(self._wide, *self._by_label.values()):
            if _has_port(entry.rule, port, named):
                names = _names(entry)
                if names is None:
                    return None
                found |= names
        return frozenset(found)

    def lists(self, number: int) -> bool:
        """Is a port listed by its number?"""
        return any(
            number == known
            for policy in self.policies
            for known, _ in numbers(policy, self._direction)
        )

    def _candidates(self, peer: Peer) -> Iterator[_Entry]:
        yield from self._wide
        for label in (peer.labels or {}).items():
            yield from self._by_label.get(label, ())

    def _is_peer(self, entry: _Entry, peer: Peer) -> bool | None:
        if entry.block is not None:
            return _is_in_block(entry.block, peer)
        if entry.pods is None:
            return True
        if peer.labels is None:
            return False
        is_home = peer.namespace == entry.home
        if entry.namespaces is not None:
            found = self._namespace(peer.namespace)
            known = {NAME_LABEL: peer.namespace, **(found.labels if found is not None else {})}
            is_home = entry.namespaces.matches(known)
            asks_name_alone = entry.namespaces.constraints.keys() <= {NAME_LABEL}
            if not is_home and found is None and not asks_name_alone:
                return None if entry.pods.matches(peer.labels) else False
        return is_home and entry.pods.matches(peer.labels)


def _names(entry: _Entry) -> frozenset[str] | None:
    """The namespaces of an entry that tells them by their names, or means its own."""
    if entry.block is not None or entry.pods is None:
        return None
    if entry.namespaces is None:
        return frozenset({entry.home})
    name = entry.namespaces.constraints.get(NAME_LABEL)
    return name.needed() if name is not None else None


def home_of(namespace: str, peer: View) -> str | None:
    """Name the one namespace whose pods an entry is for, written by a policy of some namespace."""
    if peer.has("ipBlock"):
        return None
    if not peer.has("namespaceSelector"):
        return namespace
    name = LabelSelector(peer.child("namespaceSelector")).constraints.get(NAME_LABEL)
    names = (name.needed() if name is not None else None) or frozenset()
    return next(iter(names)) if len(names) == 1 else None


def numbers(policy: NetworkPolicy, direction: str) -> Iterator[tuple[int, View]]:
    """Walk the single ports that a policy lists by number."""
    for rule in policy.rules(direction):
        for port in rule.ports:
            number = port.number("port")
            if number is not None and not port.has("endPort"):
                yield number, port


def peer_of(workload: Workload) -> Peer:
    """Describe the pods of a workload."""
    return Peer(workload.namespace, workload.pod_labels, ports=workload.named_ports)


def _entries(policy: NetworkPolicy, rule: NetworkPolicyRule) -> Iterator[_Entry]:
    home = policy.namespace
    if not rule.peers:
        yield _Entry(rule, home)
    for written in rule.peers:
        if written.has("ipBlock"):
            yield _Entry(rule, home, block=written.child("ipBlock"))
            continue
        pods = LabelSelector(written.child("podSelector"))
        asked = written.child("namespaceSelector") if written.has("namespaceSelector") else None
        yield _Entry(rule, home, None, pods, LabelSelector(asked) if asked is not None else None)


def _is_in_block(block: View, peer: Peer) -> bool | None:
    if block.text("cidr") in _EVERYWHERE and not block.texts("except"):
        return True
    if not peer.address:
        return None
    try:
        address = ip_address(peer.address)
        apart = any(address in ip_network(text, strict=False) for text in block.texts("except"))
        return address in ip_network(block.text("cidr"), strict=False) and not apart
    except ValueError:
        return None


def _has_port(rule: NetworkPolicyRule, port: int, named: Mapping[str, int]) -> bool:
    return not rule.ports or any(_is_port(entry, port, named) for entry in rule.ports)


def _is_port(entry: View, port: int, named: Mapping[str, int]) -> bool:
    name = entry.text("port")
    first = named.get(name) if name else entry.number("port")
    if not name and first is None:
        return True
    return first is not None and first <= port <= (entry.number("endPort") or first)
