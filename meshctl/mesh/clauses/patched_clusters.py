"""The clusters that EnvoyFilters look for by Service and subset.

Mirrors clusterMatch (pilot/pkg/networking/core/envoyfilter/cluster_patch.go, Istio 1.31): the
Service is compared, letter by letter, with the host in the cluster's name, which is the full one,
and the subset with those of DestinationRules.
"""

from typing import NamedTuple

from meshctl.mesh.clauses.parts import Parts
from meshctl.resources import ConfigPatch, EnvoyFilter


class MissingCluster(NamedTuple):
    """What of a match no cluster has: the field, and what there is instead."""

    field: str
    known: tuple[str, ...]


class PatchedClusters:
    """Answers for the patches of EnvoyFilters."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def missing(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> MissingCluster | None:
        """Say what a patch of clusters asks for that surely no cluster has."""
        asked = patch.child("match", "cluster")
        host, subset = asked.text("service"), asked.text("subset")
        if not host or patch.operation == "ADD":
            return None
        registry = self._parts.registry
        if not registry.at(host):
            full = registry.fqdn(host, envoy_filter.namespace)
            full = full if registry.at(full) else registry.unshortened(host, envoy_filter.namespace)
            if registry.at(full):
                return MissingCluster("service", (full,))
            return MissingCluster("service", ()) if self._parts.is_whole else None
        if not subset:
            return None
        rules = list(self._parts.traffic.destination_rules.covering(host))
        known = sorted({one.name for rule in rules for one in rule.subsets})
        if subset in known or not (rules or self._parts.is_whole):
            return None
        return MissingCluster("subset", tuple(known))
