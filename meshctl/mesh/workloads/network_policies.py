"""Decides which connections the NetworkPolicies of Kubernetes let in and out of pods.

They see what is on the wire: the ports of containers, not those of Services, and not the ports to
which the rules inside a pod redirect (15001, 15006); HBONE comes in on 15008 (NetworkPolicySpec,
k8s.io/api/networking/v1; istio.io, Ambient and Kubernetes NetworkPolicy). Policies add up: one that
lets a connection through is enough. Where the addresses of pods decide, the answer is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from meshctl.mesh.authorization.network_peers import (
    Peer,
    PolicyPeers,
    home_of,
    numbers,
    peer_of,
)
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache, LabelSelector, SelectorIndex
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import NetworkPolicy, View, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.kubernetes.workload import SYSTEM_NAMESPACES

INGRESS = "Ingress"
EGRESS = "Egress"
CONTROL_PLANE_PORT = 15012
"""Where istiod gives certificates and configuration over TLS (pilot/pkg/bootstrap)."""
_ISTIOD = {"app": "istiod", "istio": "pilot"}
_FINDS_ISTIOD = {"app": "istiod"}
_DNS_PORTS = (53, 5353, 1053, 8053)
"""CoreDNS's usual ports, OpenShift's, and those it has without privileges."""
_DNS_NAMES = {"dns": _DNS_PORTS[0], "dns-tcp": _DNS_PORTS[0]}
"""What CoreDNS calls its ports."""
_OF_SIDECAR = "http-envoy-prom"
"""The port that the injector names in a pod (manifests/charts, Istio 1.31)."""
OUTSIDE = Peer()
"""Somebody who is no pod, at an address that isn't known: the API server, a client from elsewhere."""
PROBES_FROM = Peer(address="169.254.7.127")
"""The kubelet, for pods in ambient mode (HostProbeSNATIP, cni/pkg/config, Istio 1.31)."""

_Key = tuple[str, frozenset[tuple[str, frozenset[str | None], bool]]]


class _Group:
    """The policies of one namespace and one selector, the oldest first."""

    def __init__(self, number: int, selector: LabelSelector, workloads: Workloads) -> None:
        self.number = number
        self.selector = selector
        self.policies: list[tuple[int, NetworkPolicy]] = []
        self._workloads = workloads
        self._peers: dict[str, PolicyPeers] = {}

    def peers(self, direction: str) -> PolicyPeers:
        known = self._peers.get(direction)
        if known is None:
            several = [policy for _, policy in self.policies]
            known = PolicyPeers(several, direction, self._workloads.namespace)
            self._peers[direction] = known
        return known

    def oldest(self, direction: str, *, with_rules: bool) -> tuple[int, NetworkPolicy] | None:
        found = (policy for policy in self.policies if direction in policy[1].directions)
        return next((one for one in found if not with_rules or one[1].rules(direction)), None)


_Groups = tuple[_Group, ...]
_Picked = tuple[Sequence[Workload], frozenset[str]]


class NetworkPolicies:
    """All NetworkPolicies by namespace, and by the labels that their pods need."""

    def __init__(self, policies: Iterable[NetworkPolicy], workloads: Workloads) -> None:
        self._workloads = workloads
        self._group_of: dict[NetworkPolicy, _Group] = {}
        self._by_labels: dict[str, SelectorIndex[_Group]] = {}
        self._by_label: dict[tuple[str, tuple[str, str] | None], list[_Group]] = {}
        self._of_workload: dict[Workload, _Groups] = {}
        self._selected: dict[_Group, Sequence[Workload]] = {}
        self._firsts: dict[tuple[str, bool], dict[NetworkPolicy, list[Workload]]] = {}
        self._answers: dict[tuple[object, ...], bool | None] = {}
        self._picked: dict[_Key, _Picked] = {}
        self._of_peers: dict[tuple[str, tuple[_Key, ...]], Sequence[Workload]] = {}
        self._named = IdentityCache(_named_ports)
        groups: dict[_Key, _Group] = {}
        for number, policy in enumerate(sorted(policies, key=age)):
            selector = LabelSelector(policy.pod_selector)
            key = _key(policy.namespace, selector)
            group = groups.get(key)
            if group is None:
                group = groups[key] = _Group(len(groups), selector, workloads)
                self._file(policy.namespace, group)
            group.policies.append((number, policy))
            self._group_of[policy] = group

    def _file(self, namespace: str, group: _Group) -> None:
        labels = group.selector.labels()
        if labels:
            self._by_labels.setdefault(namespace, SelectorIndex()).add(labels, group)
            return
        for label in group.selector.needed() or (None,):
            self._by_label.setdefault((namespace, label), []).append(group)

    def selected(self, policy: NetworkPolicy) -> Sequence[Workload]:
        """The workloads that a policy is for; the network of their node is nobody's to limit.

        Policies of the same selector share one sequence.
        """
        group = self._group_of[policy]
        known = self._selected.get(group)
        if known is None:
            several = self._pods_in(policy.namespace, group.selector)
            found = (workload for workload in several if not workload.uses_host_network)
            known = self._selected[group] = tuple(sorted(found, key=age))
        return known

    def first_for(
        self, policy: NetworkPolicy, direction: str, *, with_rules: bool = False
    ) -> Sequence[Workload]:
        """The workloads of which it is the oldest of the policies that isolate in a direction.

        ``with_rules`` passes over those that let nothing through, as the default of a namespace.
        """
        key = direction, with_rules
        if key not in self._firsts:
            firsts: dict[NetworkPolicy, list[Workload]] = {}
            groups = {
                group: network_policy for network_policy, group in reversed(self._group_of.items())
            }
            several = dict.fromkeys(
                each for network_policy in groups.values() for each in self.selected(network_policy)
            )
            for workload in sorted(several, key=age):
                oldest = _oldest(self._groups(workload), direction, with_rules=with_rules)
                if oldest is not None:
                    firsts.setdefault(oldest, []).append(workload)
            self._firsts[key] = firsts
        return self._firsts[key].get(policy, ())

    def alike(self, workload: Workload) -> object:
        """Give a key that workloads share for which the same policies hold."""
        return self._groups(workload)

    def _groups(self, workload: Workload) -> _Groups:
        """The policies that isolate a workload, by selector; none where it has its node's network."""
        known = self._of_workload.get(workload)
        if known is None:
            labels = workload.pod_labels
            several = () if workload.uses_host_network else self._candidates(workload)
            found = {group.number: group for group in several if group.selector.matches(labels)}
            known = self._of_workload[workload] = tuple(one for _, one in sorted(found.items()))
        return known

    def _candidates(self, workload: Workload) -> Iterator[_Group]:
        index = self._by_labels.get(workload.namespace)
        yield from index.find(workload.pod_labels) if index is not None else ()
        for label in (None, *workload.pod_labels.items()):
            yield from self._by_label.get((workload.namespace, label), ())

    def admits(
        self, workload: Workload, direction: str, peer: Peer | None, port: int
    ) -> bool | None:
        """May a connection to a container port pass? ``None`` is unknown, no peer is anybody."""
        groups = self._groups(workload)
        named = workload.named_ports if direction == INGRESS else (peer.ports if peer else None)
        if peer is not None and peer.labels is not None:
            return _admits(groups, direction, peer, port, named or {})
        names = tuple((named or {}).items())
        key = groups, direction, peer.address if peer else None, port, names
        if key not in self._answers:
            self._answers[key] = _admits(groups, direction, peer, port, named or {})
        return self._answers[key]

    def reaches_control_plane(self, workload: Workload, root_namespace: str) -> bool | None:
        """May the sidecar of a workload reach istiod, by the labels that its chart gives it?"""
        key = self._groups(workload), root_namespace
        if key not in self._answers:
            self._answers[key] = self._reaches(workload, root_namespace)
        return self._answers[key]

    def _reaches(self, workload: Workload, root_namespace: str) -> bool | None:
        found = self._workloads.find(_FINDS_ISTIOD, root_namespace)
        peers = [peer_of(one) for one in found] or [Peer(root_namespace, _ISTIOD)]
        answers = {self.admits(workload, EGRESS, peer, CONTROL_PLANE_PORT) for peer in peers}
        if True in answers:
            return True
        groups = self._groups(workload)
        if not found and any(group.peers(EGRESS).lists(CONTROL_PLANE_PORT) for group in groups):
            return None  # it may be elsewhere, or have other labels
        return None if None in answers else False

    def reaches_dns(self, workload: Workload) -> bool:
        """May a workload reach port 53 of anybody who may be the DNS?

        The pods of an application's namespace are not, unless one of them has such a port.
        """
        groups = self._groups(workload)
        key = groups, "dns"
        if key not in self._answers:
            peers = [
                policy_peers
                for policy_peers in (group.peers(EGRESS) for group in groups)
                if policy_peers.policies
            ]
            opened = [peer.homes(port, _DNS_NAMES) for peer in peers for port in _DNS_PORTS]
            self._answers[key] = not peers or any(map(self._may_have_dns, opened))
        return self._answers[key] is True

    def _may_have_dns(self, namespaces: frozenset[str] | None) -> bool:
        if namespaces is None:
            return True
        return any("dns" in namespace or namespace in self._with_dns for namespace in namespaces)

    @cached_property
    def _with_dns(self) -> frozenset[str]:
        """The namespaces where the DNS of a cluster is, or where pods have its port."""
        found = (
            workload.namespace
            for workload in self._workloads
            for container in workload.containers
            for port in container.ports
            if port.number("containerPort") in _DNS_PORTS
        )
        return frozenset((*SYSTEM_NAMESPACES, *found))

    def absent_peers(
        self, policy: NetworkPolicy, direction: str
    ) -> Iterator[tuple[View, Sequence[Workload]]]:
        """Walk the peers by labels of pods alone that no pod of the policy's namespace has, with those elsewhere.

        Without a ``namespaceSelector`` a ``podSelector`` is for the policy's own namespace.
        """
        for rule in policy.rules(direction):
            for peer in rule.peers:
                written = peer.child("podSelector")
                if peer.has("namespaceSelector") or not written.names():
                    continue
                found, homes = self._pods_of(LabelSelector(written))
                if policy.namespace not in homes:
                    yield peer, found

    def _pods_of(self, selector: LabelSelector) -> _Picked:
        """The workloads of all namespaces that a selector picks, the oldest first, with their namespaces."""
        key = _key("", selector)
        if key not in self._picked:
            found = sorted(self._pods_in(None, selector), key=age)
            self._picked[key] = found, frozenset(workload.namespace for workload in found)
        return self._picked[key]

    def unnamed_ports(self, policy: NetworkPolicy, direction: str) -> Iterator[tuple[View, str]]:
        """Walk the ports by name that none of the pods has to which connections lead, with their namespace.

        On the way in these are the pods that a policy is for; on the way out those that its peers are, where
        all of them name one namespace of applications. Whoever else a rule is for may have the name.
        """
        for rule in policy.rules(direction):
            names = [port for port in rule.ports if _name_of(port)]
            if not names:
                continue
            home, pods = policy.namespace, self.selected(policy)
            if direction == EGRESS:
                home, pods = self._servers(policy.namespace, rule.peers)
            known = self._named.of(pods)
            yield from ((port, home) for port in names if pods and _name_of(port) not in known)

    def _servers(self, own: str, peers: Sequence[View]) -> tuple[str, Sequence[Workload]]:
        homes = {home_of(own, peer) for peer in peers}
        home = next(iter(homes)) if len(homes) == 1 else None
        if home is None or home in SYSTEM_NAMESPACES:
            return "", ()
        selectors = [LabelSelector(peer.child("podSelector")) for peer in peers]
        key = home, tuple(_key("", selector) for selector in selectors)
        if key not in self._of_peers:
            several = (self._pods_in(home, selector) for selector in selectors)
            self._of_peers[key] = tuple(dict.fromkeys(chain.from_iterable(several)))
        return home, self._of_peers[key]

    def _pods_in(self, namespace: str | None, selector: LabelSelector) -> Iterator[Workload]:
        several = self._workloads.find(selector.labels(), namespace)
        return (workload for workload in several if selector.matches(workload.pod_labels))

    def numbers(self, policy: NetworkPolicy, direction: str) -> Iterator[tuple[int, View]]:
        """Walk the single ports that a policy lists by number."""
        return numbers(policy, direction)


def _key(namespace: str, selector: LabelSelector) -> _Key:
    return namespace, frozenset(
        (key, constraint.values, constraint.is_complement)
        for key, constraint in selector.constraints.items()
    )


def _oldest(groups: _Groups, direction: str, *, with_rules: bool) -> NetworkPolicy | None:
    several = (group.oldest(direction, with_rules=with_rules) for group in groups)
    found = [one for one in several if one is not None]
    return min(found, key=lambda one: one[0])[1] if found else None


def _admits(
    groups: _Groups, direction: str, peer: Peer | None, port: int, named: Mapping[str, int]
) -> bool | None:
    isolating = [peers for peers in (group.peers(direction) for group in groups) if peers.policies]
    answers = {peers.admits(peer, port, named) for peers in isolating}
    if True in answers or not isolating:
        return True
    return None if None in answers else False


def _name_of(port: View) -> str:
    """The name by which a port is written; empty for a number."""
    name = port.text("port")
    return "" if name.isdigit() else name


def _named_ports(pods: Sequence[Workload]) -> frozenset[str]:
    """The names of container ports that pods have, once the sidecar is among them."""
    return frozenset({_OF_SIDECAR, *(name for workload in pods for name in workload.named_ports)})
