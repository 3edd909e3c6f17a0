"""Listeners of a Gateway and its ListenerSets that lose to an earlier one.

Mirrors ComputeGatewayListenerConflicts (pilot/pkg/config/kube/gatewaycommon/listener_conflict.go,
Istio 1.31): the Gateway's own listeners come first, then those of its sets, the oldest first; only
listeners that have won count for the next.
"""

from collections.abc import Iterable
from typing import NamedTuple

from meshctl.mesh.registry.gateway_services import port_of
from meshctl.resources import KubernetesGateway, KubernetesListener, ListenerSet

_L4 = frozenset({"TCP", "UDP"})
_BY_NAME = frozenset({"HTTP", "HTTPS", "TLS"})


class Conflict(NamedTuple):
    """A listener that lost: ``ProtocolConflict`` or ``HostnameConflict`` with ``winner``."""

    reason: str
    winner: KubernetesListener


def conflicts(
    gateway: KubernetesGateway, sets: Iterable[ListenerSet]
) -> dict[KubernetesListener, Conflict]:
    """Find the listeners that lose; ``sets`` are those that the Gateway allows, oldest first."""
    found: dict[KubernetesListener, Conflict] = {}
    accepted: dict[int, list[KubernetesListener]] = {}
    owners: tuple[KubernetesGateway | ListenerSet, ...] = (gateway, *sets)
    for listener in (one for owner in owners for one in owner.listeners):
        rivals = accepted.setdefault(port_of(listener), [])
        winner = next((one for one in rivals if not _are_distinct(listener, one)), None)
        if winner is None:
            rivals.append(listener)
        else:
            found[listener] = Conflict(_reason(listener, winner), winner)
    # istiod remembers losers by their name, so that a winner of the same name loses as well.
    by_name = {(one.resource, one.name): lost for one, lost in found.items()}
    return {
        one: by_name[owner, one.name]
        for owner in owners
        for one in owner.listeners
        if (owner, one.name) in by_name
    }


def _are_distinct(one: KubernetesListener, other: KubernetesListener) -> bool:
    protocols = {one.protocol, other.protocol}
    if protocols & _L4 and protocols <= _L4 | _BY_NAME:
        return False
    if protocols <= _BY_NAME:
        return (one.hostname or "*") != (other.hostname or "*")
    return one.protocol != other.protocol


def _reason(one: KubernetesListener, other: KubernetesListener) -> str:
    both_l4 = one.protocol in _L4 and other.protocol in _L4
    if both_l4 or one.protocol != other.protocol:
        return "ProtocolConflict"
    return "HostnameConflict"
