"""All policies that ztunnel gets, and those that guard a workload.

Mirrors PolicyCollections and buildWorkloadPolicies (pilot/pkg/serviceregistry/ambient/policies.go,
workloads.go, Istio 1.31) and assert_rbac of ztunnel (src/state.rs, release 1.31).
"""

from collections.abc import Iterable, Mapping

from meshctl.mesh.ambient.authorization_conversion import converted
from meshctl.mesh.ambient.peer_conversion import PeerConversion
from meshctl.mesh.ambient.ztunnel_policy import Scope, ZtunnelPolicy
from meshctl.mesh.core.selectors import SelectorIndex
from meshctl.resources import AuthorizationPolicy, PeerAuthentication


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
        for policy in self.all:
            if policy.scope is not Scope.WORKLOAD_SELECTOR:
                self._wide.setdefault(policy.namespace, []).append(policy)
            # A selector without labels makes a policy of no workload at all.
            elif policy.selector and isinstance(policy.source, AuthorizationPolicy):
                index = self._selecting.setdefault(policy.namespace, SelectorIndex())
                index.add(policy.selector, policy)

    def keys_for(self, namespace: str, labels: Mapping[str, str]) -> list[str]:
        """Name the policies whose selector picks a workload, and the converted ones for it.

        A name may be of a policy that isn't there, which ztunnel passes over.
        """
        picked = {
            policy.key_name
            for home in dict.fromkeys((self._root, namespace))
            if home in self._selecting
            for policy in self._selecting[home].find(labels)
        }
        return sorted({*picked, *self.peers.keys_for(namespace, labels)})

    def guarding(self, namespace: str, labels: Mapping[str, str]) -> list[ZtunnelPolicy]:
        """The policies that ztunnel asks about connections to a workload with these labels."""
        homes = dict.fromkeys((self._root, namespace))
        wide = [policy for home in homes for policy in self._wide.get(home, ())]
        named = (self._by_key.get(key) for key in self.keys_for(namespace, labels))
        return [*wide, *(policy for policy in named if policy is not None)]
