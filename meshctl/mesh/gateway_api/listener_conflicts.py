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
    accepted: dict[int, _Accepted] = {}
    owners: tuple[KubernetesGateway | ListenerSet, ...] = (gateway, *sets)
    for listener in (
        kubernetes_listener for owner in owners for kubernetes_listener in owner.listeners
    ):
        rivals = accepted.setdefault(port_of(listener), _Accepted())
        winner = rivals.first_against(listener)
        if winner is None:
            rivals.add(listener)
        else:
            found[listener] = Conflict(_reason(listener, winner), winner)
    # istiod remembers losers by their name, so that a winner of the same name loses as well.
    by_name = {
        (kubernetes_listener.resource, kubernetes_listener.name): lost
        for kubernetes_listener, lost in found.items()
    }
    return {
        kubernetes_listener: by_name[owner, kubernetes_listener.name]
        for owner in owners
        for kubernetes_listener in owner.listeners
        if (owner, kubernetes_listener.name) in by_name
    }


class _Accepted:
    """The listeners of one port that have won, the first of each kind that others lose to.

    TCP and UDP take a whole port, from each other and from what tells hosts apart; two of those
    get along by their hosts, and any other protocol only meets itself.
    """

    def __init__(self) -> None:
        self._firsts: dict[tuple[str, str], tuple[int, KubernetesListener]] = {}
        self._count = 0

    def add(self, listener: KubernetesListener) -> None:
        self._count += 1
        for key in _keys(listener):
            self._firsts.setdefault(key, (self._count, listener))

    def first_against(self, listener: KubernetesListener) -> KubernetesListener | None:
        """Find the first that a listener is not distinct from."""
        protocol = listener.protocol
        asked = [("protocol", protocol)]
        if protocol in _L4:
            asked = [("kind", "l4"), ("kind", "named")]
        elif protocol in _BY_NAME:
            asked = [("kind", "l4"), ("host", listener.hostname or "*")]
        found = [self._firsts[key] for key in asked if key in self._firsts]
        return min(found, key=lambda one: one[0])[1] if found else None


def _keys(listener: KubernetesListener) -> list[tuple[str, str]]:
    if listener.protocol in _L4:
        return [("kind", "l4")]
    if listener.protocol in _BY_NAME:
        return [("kind", "named"), ("host", listener.hostname or "*")]
    return [("protocol", listener.protocol)]


def _reason(listener: KubernetesListener, other: KubernetesListener) -> str:
    both_l4 = listener.protocol in _L4 and other.protocol in _L4
    if both_l4 or listener.protocol != other.protocol:
        return "ProtocolConflict"
    return "HostnameConflict"
