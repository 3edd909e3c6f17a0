"""Sums of the clusters that proxies are sent, made once for all that see the same.

A namespace that sees something of its own differs from others in a few hosts: these alone are
counted anew, so that the cost is that of the differences.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import NamedTuple

from meshctl.mesh.proxy_config_size.config_bytes import cluster_tenths
from meshctl.mesh.proxy_config_size.config_size import ConfigCounts
from meshctl.mesh.proxy_config_size.sent_clusters import (
    endpoints_of,
    is_eds,
    is_inline,
)
from meshctl.mesh.request_path.client_clusters import ClientCluster

_KEPT = 4
"""So many views that others are like are kept, as each holds what it has found of all hosts."""


class ClusterSum(NamedTuple):
    """How many clusters, what of endpoints, and ten times the bytes of the clusters."""

    clusters: int = 0
    endpoint_sets: int = 0
    empty_endpoint_sets: int = 0
    endpoints: int = 0
    inline_endpoints: int = 0
    tenths: int = 0

    def plus(self, other: "ClusterSum", times: int = 1) -> "ClusterSum":
        """Add another sum, or take it away with ``times`` -1."""
        return ClusterSum(*(mine + times * its for mine, its in zip(self, other, strict=True)))

    @property
    def counts(self) -> ConfigCounts:
        """The numbers among all that a proxy is sent."""
        return ConfigCounts(
            clusters=self.clusters,
            endpoint_sets=self.endpoint_sets,
            empty_endpoint_sets=self.empty_endpoint_sets,
            endpoints=self.endpoints,
            inline_endpoints=self.inline_endpoints,
        )


def sum_of(clusters: Iterable[ClientCluster]) -> ClusterSum:
    """Count clusters."""
    number = sets = empty = in_sets = inline = tenths = 0
    for cluster in clusters:
        number += 1
        tenths += cluster_tenths(cluster)
        if is_eds(cluster):
            places = endpoints_of(cluster)
            sets, empty, in_sets = sets + 1, empty + (not places), in_sets + places
        elif is_inline(cluster):
            inline += endpoints_of(cluster)
    return ClusterSum(number, sets, empty, in_sets, inline, tenths)


Sent = Callable[[Iterable[str] | None], Iterable[ClientCluster]]
"""Walks the clusters of a proxy: those for some hosts, or all."""


class _Counted:
    """What was counted of one proxy: everything, and some hosts alone."""

    def __init__(self, sent: Sent, apart: frozenset[str]) -> None:
        self._sent = sent
        self.apart = apart
        self.total = sum_of(sent(None))
        self._at: dict[str, ClusterSum] = {}

    def at(self, host: str) -> ClusterSum:
        """Count the clusters for one host."""
        if host not in self._at:
            self._at[host] = sum_of(self._sent((host,)))
        return self._at[host]


class ClusterSums:
    """Counts the clusters of proxies, each beside one that is nearly alike."""

    def __init__(self) -> None:
        self._counted: OrderedDict[Hashable, _Counted] = OrderedDict()

    def like(self, alike: Hashable, sent: Sent, apart: frozenset[str]) -> ClusterSum:
        """Count what a proxy has, which differs in the hosts ``apart`` from all that are alike.

        Each is compared with the first one of its kind, whose own hosts apart count as well.
        """
        known = self._counted.get(alike)
        if known is None:
            known = self._counted[alike] = _Counted(sent, apart)
            if len(self._counted) > _KEPT:
                self._counted.popitem(last=False)
            return known.total
        self._counted.move_to_end(alike)
        total = known.total
        for host in apart | known.apart:
            total = total.plus(known.at(host), -1).plus(sum_of(sent((host,))))
        return total
