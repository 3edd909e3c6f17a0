"""Matches connections with the policies of ztunnel.

Mirrors Authorization::matches (ztunnel, src/rbac.rs, release 1.31).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TypeVar

from meshctl.mesh.ambient.ztunnel_policy import Group, Match, ZtunnelPolicy

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Peer:
    """Who connects: trust domain, namespace and service account; none of them without TLS."""

    trust_domain: str = ""
    namespace: str = ""
    account: str = ""

    @property
    def principal(self) -> str:
        """The identity without ``spiffe://``, empty without one."""
        if not self.namespace:
            return ""
        return f"{self.trust_domain}/ns/{self.namespace}/sa/{self.account}"


@dataclass(frozen=True, slots=True)
class PeerConnection:
    """A connection as ztunnel sees it; an address that isn't known matches no list of them."""

    peer: Peer
    port: int
    source_ip: str = ""
    destination_ip: str = ""


ANONYMOUS = Peer()
"""Who sends plaintext."""


def matches(policy: ZtunnelPolicy, connection: PeerConnection) -> bool:
    """Does any rule of a policy match?"""
    return any(matches_group(group, connection) for group in policy.groups)


def matches_group(group: Group, connection: PeerConnection) -> bool:
    """Do all clauses of a rule match? In each, one match with any field has to."""
    return all(
        any(not match.is_empty and _matches(match, connection) for match in clause)
        for clause in group.clauses
    )


def covers_port(group: Group, port: int) -> bool:
    """Does a rule match every connection to a port, whoever opens it?"""
    return all(
        any(not match.is_empty and _asks_port_alone(match, port) for match in clause)
        for clause in group.clauses
    )


def _asks_port_alone(match: Match, port: int) -> bool:
    ports = Match(
        destination_ports=match.destination_ports,
        not_destination_ports=match.not_destination_ports,
    )
    return match == ports and _matches(ports, PeerConnection(ANONYMOUS, port))


def _matches(match: Match, connection: PeerConnection) -> bool:
    peer = connection.peer
    account = f"{peer.namespace}/{peer.account}" if peer.namespace else ""
    return (
        _among(match.destination_ips, match.not_destination_ips, _within(connection.destination_ip))
        and _among(match.source_ips, match.not_source_ips, _within(connection.source_ip))
        and _among(match.destination_ports, match.not_destination_ports, connection.port.__eq__)
        and _among(match.service_accounts, match.not_service_accounts, account.__eq__)
        and _among(match.principals, match.not_principals, _like(peer.principal))
        and _among(match.namespaces, match.not_namespaces, _like(peer.namespace))
    )


def _among(wanted: Sequence[T], refused: Sequence[T], holds: Callable[[T], bool]) -> bool:
    return (not wanted or any(map(holds, wanted))) and not any(map(holds, refused))


def _like(text: str) -> Callable[[str], bool]:
    """Compare with ``*`` for anything that is there, and ``*`` at one end for any beginning."""

    def holds(pattern: str) -> bool:
        if pattern == "*":
            return bool(text)
        if pattern.startswith("*"):
            return bool(text) and text.endswith(pattern[1:])
        if pattern.endswith("*"):
            return bool(text) and text.startswith(pattern[:-1])
        return text == pattern

    return holds


def _within(address: str) -> Callable[[str], bool]:
    def holds(block: str) -> bool:
        network = ip_network(block, strict=False)
        return bool(address) and ip_address(address) in network

    return holds
