"""Decides which connections the NetworkPolicies of Kubernetes let in and out of pods.

They see what is on the wire: the ports of containers, not those of Services, and not the ports to
which the rules inside a pod redirect (15001, 15006); HBONE comes in on 15008 (NetworkPolicySpec,
k8s.io/api/networking/v1; istio.io, Ambient and Kubernetes NetworkPolicy). Policies add up: one that
lets a connection through is enough. Where the addresses of pods decide, the answer is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import NamedTuple

from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import LabelSelector, matches
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import NetworkPolicy, NetworkPolicyRule, View, Workload
from meshctl.resources.view import views

INGRESS = "Ingress"
EGRESS = "Egress"
CONTROL_PLANE_PORT = 15012
"""Where istiod gives certificates and configuration over TLS (pilot/pkg/bootstrap)."""
_ISTIOD = {"app": "istiod", "istio": "pilot"}
_DNS_PORTS = (53, 5353, 1053, 8053)
"""CoreDNS's usual ports, OpenShift's, and those it has without privileges."""
_NAME_LABEL = "kubernetes.io/metadata.name"
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


class Peer(NamedTuple):
    """The other end of a connection: pods by namespace and labels, or one address."""

    namespace: str = ""
    labels: Mapping[str, str] | None = None
    address: str = ""
    ports: Mapping[str, int] | None = None
    """Its ports by name, where it is the server."""


PROBES_FROM = Peer(address="169.254.7.127")
"""The kubelet, for pods in ambient mode (HostProbeSNATIP, cni/pkg/config, Istio 1.31)."""


def peer_of(workload: Workload) -> Peer:
    """Describe the pods of a workload."""
    return Peer(workload.namespace, workload.pod_labels, ports=workload.named_ports)


class _Selecting(NamedTuple):
    """A policy with its selector, which is read once; ``number`` is its place by age."""

    number: int
    policy: NetworkPolicy
    selector: LabelSelector


class NetworkPolicies:
    """All NetworkPolicies by namespace, and by a label that their pods need."""

    def __init__(self, policies: Iterable[NetworkPolicy], workloads: Workloads) -> None:
        self._workloads = workloads
        self._selectors: dict[NetworkPolicy, LabelSelector] = {}
        self._by_label: dict[tuple[str, tuple[str, str] | None], list[_Selecting]] = {}
        self._of_workload: dict[Workload, list[NetworkPolicy]] = {}
        for number, policy in enumerate(sorted(policies, key=age)):
            selector = self._selectors[policy] = LabelSelector(policy.pod_selector)
            for label in selector.needed() or (None,):
                entry = _Selecting(number, policy, selector)
                self._by_label.setdefault((policy.namespace, label), []).append(entry)

    def selected(self, policy: NetworkPolicy) -> list[Workload]:
        """The workloads that a policy is for; the network of their node is nobody's to limit."""
        selector = self._selectors[policy]
        needed = selector.needed() or ()
        asked = dict(needed) if len(needed) == 1 else {}
        found = self._workloads.find(asked, policy.namespace)
        return sorted(
            (one for one in found
             if selector.matches(one.pod_labels) and not one.uses_host_network),
            key=age,
        )  # fmt: skip

    def isolating(self, workload: Workload, direction: str) -> Sequence[NetworkPolicy]:
        """The policies that isolate a workload in a direction; without any, all is let through."""
        if workload.uses_host_network:
            return ()
        known = self._of_workload.get(workload)
        if known is None:
            known = self._of_workload[workload] = self._selecting(workload)
        return [policy for policy in known if direction in policy.directions]

    def _selecting(self, workload: Workload) -> list[NetworkPolicy]:
        labels = workload.pod_labels
        found = {
            entry.number: entry.policy
            for label in (None, *labels.items())
            for entry in self._by_label.get((workload.namespace, label), ())
            if entry.selector.matches(labels)
        }
        return [policy for _, policy in sorted(found.items())]

    def admits(
        self, workload: Workload, direction: str, peer: Peer | None, port: int
    ) -> bool | None:
        """May a connection to a container port pass? ``None`` is unknown, no peer is anybody."""
        isolating = self.isolating(workload, direction)
        if not isolating:
            return True
        named = workload.named_ports if direction == INGRESS else (peer.ports if peer else None)
        unknown = False
        for policy in isolating:
            for rule in policy.rules(direction):
                if not _has_port(rule, port, named or {}):
                    continue
                answer = self._is_peer(policy, rule, peer)
                if answer:
                    return True
                unknown = unknown or answer is None
        return None if unknown else False

    def reaches_control_plane(self, workload: Workload, root_namespace: str) -> bool | None:
        """May the sidecar of a workload reach istiod, by the labels that its chart gives it?"""
        found = [one for one in self._workloads.find(_ISTIOD) if one.namespace == root_namespace]
        peers = [peer_of(one) for one in found] or [Peer(root_namespace, _ISTIOD)]
        answers = {self.admits(workload, EGRESS, one, CONTROL_PLANE_PORT) for one in peers}
        if True in answers:
            return True
        listed = (self.numbers(one, EGRESS) for one in self.isolating(workload, EGRESS))
        if not found and any(number == CONTROL_PLANE_PORT for one in listed for number, _ in one):
            return None  # it may be elsewhere, or have other labels
        return None if None in answers else False

    def reaches_dns(self, workload: Workload) -> bool | None:
        """May a workload reach port 53 of anybody?"""
        return any(self.admits(workload, EGRESS, None, one) for one in _DNS_PORTS)

    def numbers(self, policy: NetworkPolicy, direction: str) -> Iterator[tuple[int, View]]:
        """Walk the single ports that a policy lists by number."""
        for rule in policy.rules(direction):
            for port in rule.ports:
                number = port.number("port")
                if number is not None and not port.has("endPort"):
                    yield number, port

    def _is_peer(
        self, policy: NetworkPolicy, rule: NetworkPolicyRule, peer: Peer | None
    ) -> bool | None:
        if not rule.peers or peer is None:
            return True
        answers = [self._is_one(policy, entry, peer) for entry in rule.peers]
        if True in answers:
            return True
        return None if None in answers else False

    def _is_one(self, policy: NetworkPolicy, entry: View, peer: Peer) -> bool | None:
        if entry.has("ipBlock"):
            return _is_in_block(entry.child("ipBlock"), peer)
        if peer.labels is None:
            return False
        is_home = peer.namespace == policy.namespace
        if entry.has("namespaceSelector"):
            selector = entry.child("namespaceSelector")
            found = self._workloads.namespace(peer.namespace)
            known = {_NAME_LABEL: peer.namespace, **(found.labels if found is not None else {})}
            is_home = matches(selector, known)
            if not is_home and found is None and not _asks_name_alone(selector):
                return None if matches(entry.child("podSelector"), peer.labels) else False
        return is_home and matches(entry.child("podSelector"), peer.labels)


def _asks_name_alone(selector: View) -> bool:
    keys = {*selector.labels_of("matchLabels")}
    keys.update(one.text("key") for one in views(selector, "matchExpressions", View))
    return keys <= {_NAME_LABEL}


def _is_in_block(block: View, peer: Peer) -> bool | None:
    if block.text("cidr") in _EVERYWHERE and not block.texts("except"):
        return True
    if not peer.address:
        return None
    try:
        address = ip_address(peer.address)
        apart = any(address in ip_network(one, strict=False) for one in block.texts("except"))
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
