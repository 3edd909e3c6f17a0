"""All policies that ztunnel gets, and those that guard a workload.

Mirrors PolicyCollections and buildWorkloadPolicies (pilot/pkg/serviceregistry/ambient/policies.go,
workloads.go, Istio 1.31) and assert_rbac of ztunnel (src/state.rs, release 1.31).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from meshctl.mesh.ambient.authorization_conversion import converted
from meshctl.mesh.ambient.peer_conversion import PeerConversion
from meshctl.mesh.ambient.ztunnel_policy import Scope, ZtunnelPolicy
from meshctl.mesh.core.selectors import SelectorIndex
from meshctl.resources import AuthorizationPolicy, PeerAuthentication


class _Guards(NamedTuple):
    """The policies of a workload, and the names by which its entry has those with a selector."""

    keys: tuple[str, ...]
    policies: tuple[ZtunnelPolicy, ...]


class ZtunnelPolicies:
    """All policies that ztunnel gets, by the workloads they guard."""

    def __init__(
        self, authorization: Iterable[AuthorizationPolicy], peers: Iterable[PeerAuthentication],
        root_namespace: str,
    ) -> None:  # fmt: skip
        self._root = root_namespace
        self.peers = PeerConversion(peers, root_namespace)
        written = [
            converted(authorization_policy, root_namespace)
            for authorization_policy in authorization
        ]
        self.all = [
            *(ztunnel_policy for ztunnel_policy in written if ztunnel_policy is not None),
            *self.peers.policies.values(),
        ]
        self._by_key = {ztunnel_policy.key_name: ztunnel_policy for ztunnel_policy in self.all}
        self._wide: dict[str, list[ZtunnelPolicy]] = {}
        self._selecting: dict[str, SelectorIndex[ZtunnelPolicy]] = {}
        self._known: dict[object, tuple[list[Sequence[ZtunnelPolicy]], _Guards]] = {}
        for policy in self.all:
            if policy.scope is not Scope.WORKLOAD_SELECTOR:
                self._wide.setdefault(policy.namespace, []).append(policy)
            # A selector without labels makes a policy of no workload at all.
            elif policy.selector and isinstance(policy.source, AuthorizationPolicy):
                index = self._selecting.setdefault(policy.namespace, SelectorIndex())
                index.add(policy.selector, policy)

    def keys_for(self, namespace: str, labels: Mapping[str, str]) -> tuple[str, ...]:
        """Name the policies whose selector picks a workload, and the converted ones for it.

        A name may be of a policy that isn't there, which ztunnel passes over.
        """
        return self._guards(namespace, labels).keys

    def guarding(self, namespace: str, labels: Mapping[str, str]) -> tuple[ZtunnelPolicy, ...]:
        """The policies that ztunnel asks about connections to a workload with these labels.

        Workloads of a namespace that the same ones guard get the very same tuple.
        """
        return self._guards(namespace, labels).policies

    def _guards(self, namespace: str, labels: Mapping[str, str]) -> _Guards:
        homes = dict.fromkeys((self._root, namespace))
        picked = [self._selecting[home].find(labels) for home in homes if home in self._selecting]
        converted = self.peers.keys_for(namespace, labels)
        key = namespace, tuple(map(id, picked)), tuple(converted)
        known = self._known.get(key)
        if known is None:
            names = {policy.key_name for several in picked for policy in several}
            keys = tuple(sorted(names.union(converted)))
            wide = [policy for home in homes for policy in self._wide.get(home, ())]
            named = (self._by_key.get(one) for one in keys)
            guards = _Guards(keys, (*wide, *(one for one in named if one is not None)))
            known = self._known[key] = picked, guards  # what is kept, no other has the id of
        return known[1]
