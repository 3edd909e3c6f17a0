"""The clusters that EnvoyFilters look for by Service, port and subset, or by name.

Mirrors clusterMatch (pilot/pkg/networking/core/envoyfilter/cluster_patch.go, Istio 1.31): the
Service is compared, letter by letter, with the host in the cluster's name, which is the full one,
the port with that of the Service, and the subset with those of DestinationRules. A name alone counts.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.istio.annotation_names import BOOTSTRAP_OVERRIDE
from meshctl.istio.cluster_names import BUILT_IN_CLUSTERS
from meshctl.mesh.clauses.parts import Parts
from meshctl.resources import ConfigPatch, DestinationRule, EnvoyFilter, Ref, View
from meshctl.resources.cached_property import cached_property
from meshctl.words import quoted, whole_number

_PARTS_OF_NAME = 4
_OUTBOUND = "outbound|"
_OF_ALL_PROXIES = frozenset({15006})
_BY_SNI = "outbound_."
_SERVICE_KEYS = frozenset(
    {"envoy_grpc", "envoyGrpc", "http_uri", "httpUri", "server_uri", "serverUri"}
)
_CLUSTER_KEYS = frozenset({"cluster_name", "clusterName", "cluster"})


class MissingCluster(NamedTuple):
    """What of a match no cluster has: its field, what is asked there, and what there is instead."""

    field: str
    what: str
    known: tuple[str, ...]


class NamedCluster(NamedTuple):
    """A cluster that a patch sends something to, where it is named, and what it lacks."""

    name: str
    place: Ref
    missing: MissingCluster


class _Asked(NamedTuple):
    host: str
    port: int | None
    subset: str


class PatchedClusters:
    """Answers for the patches of EnvoyFilters."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def missing(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> MissingCluster | None:
        """Say what a patch of clusters asks for that surely no cluster has."""
        match = patch.child("match", "cluster")
        if patch.adds:
            return None
        if patch.context == "SIDECAR_INBOUND":
            return _inbound(match) or self._of_container(envoy_filter, match)
        is_outbound = patch.context in {"GATEWAY", "SIDECAR_OUTBOUND"}
        if match.text("name"):
            if is_outbound and _inbound_port(match.text("name")) is not None:
                what = f"of {patch.context} is called {quoted(match.text('name'))}"
                return MissingCluster("name", what, ())
            named = _of_name(match.text("name"))
            found = self._missing(envoy_filter, named) if named is not None else None
            return found._replace(field="name") if found is not None else None
        port = match.number("portNumber") if patch.context != "ANY" else None
        asked = _Asked(match.text("service"), port, match.text("subset"))
        return self._missing(envoy_filter, asked) if asked.host else self._of_any_host(asked)

    def _of_any_host(self, asked: _Asked) -> MissingCluster | None:
        """Say which port or subset no host of the mesh has."""
        ports = self._parts.clauses.patched_ports.called() if asked.port else None
        if ports is not None and asked.port not in ports:
            return MissingCluster("portNumber", f"has port {asked.port}", ())
        if asked.subset and self._parts.is_whole and asked.subset not in self._subsets:
            return MissingCluster("subset", f"is of a subset {quoted(asked.subset)}", ())
        return None

    @cached_property
    def _subsets(self) -> frozenset[str]:
        """The names of all subsets."""
        rules = self._parts.of(DestinationRule)
        return frozenset(subset.name for rule in rules for subset in rule.subsets)

    def _of_container(self, envoy_filter: EnvoyFilter, match: View) -> MissingCluster | None:
        """Say what no cluster of the ports has that lead to containers of the proxies of an EnvoyFilter.

        Those of a port have the hosts of all Services in front of it (buildInboundClusters, cluster.go).
        """
        name, host = match.text("name"), match.text("service")
        if name or host:
            asked = _Asked(host, None, "")
            missing = self._missing(envoy_filter, asked) if not name else None
            if missing is not None:
                return missing
        number = _inbound_port(name) if name else match.number("portNumber")
        reached = self._parts.workloads.envoy_filters.reached(envoy_filter)
        known = self._parts.clauses.patched_ports.listened(reached) if number and reached else None
        if not known or number in known or number in _OF_ALL_PROXIES:
            return None
        what = f"of SIDECAR_INBOUND is for port {number}"
        return MissingCluster(
            "name" if name else "portNumber", what, tuple(map(str, sorted(known)))
        )

    def named(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> Iterator[NamedCluster]:
        """Walk the outbound clusters that the value of a patch names and that surely nobody has."""
        value = patch.child("patch", "value")
        for name, place in _strings(value.data, value.at()):
            if not name.startswith(_OUTBOUND):
                if self._is_unknown(name, place):
                    yield NamedCluster(name, place, MissingCluster("name", "is called so", ()))
                continue
            asked = _of_name(name)
            found = self._missing(envoy_filter, asked) if asked is not None else None
            if found is not None:
                yield NamedCluster(name, place, found)

    def _is_unknown(self, name: str, place: Ref) -> bool:
        """Is a cluster, asked for by a filter under a name of one's own, added by nobody?"""
        is_asked = place.path[-1] in _CLUSTER_KEYS and place.path[-2] in _SERVICE_KEYS
        if not is_asked or not self._parts.is_whole or self._has_own_bootstrap:
            return False
        is_generated = "|" in name or name.startswith(_BY_SNI)
        return not is_generated and name not in BUILT_IN_CLUSTERS and name not in self._added

    @cached_property
    def _added(self) -> frozenset[str]:
        """The names of clusters that EnvoyFilters of the input add or rename."""
        return frozenset(
            patch.child("patch", "value").text("name")
            for envoy_filter in self._parts.of(EnvoyFilter)
            for patch in envoy_filter.patches
            if patch.apply_to == "CLUSTER"
        )

    @cached_property
    def _has_own_bootstrap(self) -> bool:
        """Does any pod bring clusters of its own by a bootstrap?"""
        return any(
            BOOTSTRAP_OVERRIDE in workload.pod_annotations for workload in self._parts.workloads
        )

    def _missing(self, envoy_filter: EnvoyFilter, asked: _Asked) -> MissingCluster | None:
        registry, host = self._parts.registry, asked.host
        declared = registry.at(host)
        if not declared:
            what = f"is of a Service {quoted(host)}"
            full = registry.fqdn(host, envoy_filter.namespace)
            full = full if registry.at(full) else registry.unshortened(host, envoy_filter.namespace)
            if registry.at(full):
                return MissingCluster("service", what, (full,))
            return MissingCluster("service", what, ()) if self._parts.is_whole else None
        ports = sorted(
            {port.number for registered_host in declared for port in registered_host.ports}
        )
        if asked.port and asked.port not in ports:
            what = f"of {host} has port {asked.port}"
            return MissingCluster("portNumber", what, tuple(map(str, ports)))
        if not asked.subset:
            return None
        rules = list(self._parts.traffic.destination_rules.covering(host))
        known = sorted({subset.name for rule in rules for subset in rule.subsets})
        if asked.subset in known or not (rules or self._parts.is_whole):
            return None
        return MissingCluster(
            "subset", f"is of a subset of {host} {quoted(asked.subset)}", tuple(known)
        )


def _inbound(match: View) -> MissingCluster | None:
    """Say what no cluster of a container's port has, which is called ``inbound|PORT||``."""
    if match.text("name").startswith(_OUTBOUND):
        return MissingCluster(
            "name", f"of SIDECAR_INBOUND is called {quoted(match.text('name'))}", ()
        )
    if match.text("subset") and not match.text("name"):
        return MissingCluster("subset", "of SIDECAR_INBOUND is of a subset", ())
    return None


def _inbound_port(name: str) -> int | None:
    """Take the port from the name of an inbound cluster; ``None`` for other names."""
    parts = name.split("|")
    is_inbound = parts[0] == "inbound" and parts[2:] == ["", ""]
    return whole_number(parts[1]) if is_inbound else None


def _of_name(name: str) -> _Asked | None:
    """Take the name of an outbound cluster apart; ``None`` for others."""
    parts = name.split("|")
    if len(parts) != _PARTS_OF_NAME or parts[0] != "outbound":
        return None
    port = whole_number(parts[1])
    return None if port is None else _Asked(parts[3], port, parts[2])


def _strings(value: object, place: Ref) -> Iterator[tuple[str, Ref]]:
    """Walk the texts below a value."""
    todo = [(value, place.path)]
    while todo:
        one, path = todo.pop()
        if isinstance(one, dict):
            todo += [(below, (*path, key)) for key, below in one.items() if isinstance(key, str)]
        elif isinstance(one, list):
            todo += [(below, (*path, index)) for index, below in enumerate(one)]
        elif isinstance(one, str):
            yield one, Ref(place.resource, path)
