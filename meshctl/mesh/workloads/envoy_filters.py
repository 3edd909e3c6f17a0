"""The proxies that EnvoyFilters patch, and filters that patch the same.

EnvoyFilters of the root namespace reach all namespaces (getMatchedEnvoyFilters,
pilot/pkg/model/push_context.go, Istio 1.31). Of every match all parts must fit.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.mesh.core.mesh_config import MeshConfig
from meshctl.mesh.core.precedence import age
from meshctl.mesh.core.selectors import IdentityCache, selects
from meshctl.mesh.workloads.membership import is_gateway
from meshctl.mesh.workloads.workloads import Workloads
from meshctl.re2.patterns import PatternError, compiled
from meshctl.resources import ConfigPatch, EnvoyFilter, KubernetesGateway, Workload
from meshctl.resources.cached_property import cached_property
from meshctl.resources.view import Path

_FILTERS = frozenset({"HTTP_FILTER", "NETWORK_FILTER"})
_WIDE = ("", "")
"""Stands for the labels of an EnvoyFilter without a selector."""
_ANY = ("", "*")
"""Stands for all EnvoyFilters, whatever their selector."""
_Key = tuple[str, str, str, str | None, tuple[str, str]]
_FOR_GATEWAYS = {"GATEWAY": True, "SIDECAR_INBOUND": False, "SIDECAR_OUTBOUND": False}
"""Contexts that are of gateways alone, or of sidecars alone."""
_SKEW = 2
_PATCH_RELEASES = 40


class SameNamedFilter(NamedTuple):
    """Two patches that insert a filter of one name into the same proxies."""

    patch: ConfigPatch
    other: ConfigPatch

    @property
    def is_same(self) -> bool:
        """Do both insert the very same?"""
        values = (config_patch.child("patch", "value").data for config_patch in self)
        return next(values) == next(values)


class EnvoyFilters:
    """All EnvoyFilters by the proxies they reach."""

    def __init__(
        self, filters: Iterable[EnvoyFilter], workloads: Workloads, config: MeshConfig
    ) -> None:
        self._filters = sorted(filters, key=age)
        self._workloads = workloads
        self._root = config.root_namespace
        # Equal selectors share what they pick.
        self._by_age: IdentityCache[Sequence[Workload], list[Workload]] = IdentityCache(
            lambda found: sorted(found, key=age)
        )
        self._roles = IdentityCache(_roles)

    def is_mesh_wide(self, envoy_filter: EnvoyFilter) -> bool:
        """Does it reach every proxy of the mesh?"""
        narrow = envoy_filter.workload_selector or envoy_filter.target_refs
        return envoy_filter.namespace == self._root and not narrow

    def of(self, workload: Workload) -> list[EnvoyFilter]:
        """The EnvoyFilters without targetRefs that are for a workload, the oldest first.

        Those whose patches are all for proxies of another context change nothing there.
        """
        homes = {self._root, workload.namespace}
        return [
            envoy_filter
            for envoy_filter in self._filters
            if envoy_filter.namespace in homes
            and not envoy_filter.target_refs
            and selects(envoy_filter.workload_selector, workload.pod_labels)
            and not _is_of_another_context(envoy_filter, workload)
        ]

    def reached(self, envoy_filter: EnvoyFilter) -> list[Workload]:
        """The workloads, in the mesh or not, that it is for; none for one with targetRefs."""
        if envoy_filter.target_refs:
            return []
        home = None if envoy_filter.namespace == self._root else envoy_filter.namespace
        return self._by_age.of(self._workloads.find(envoy_filter.workload_selector, home))

    def lacks_context(self, envoy_filter: EnvoyFilter, patch: ConfigPatch) -> Workload | None:
        """Give one of the workloads it is for if all are surely of another context than a patch."""
        if envoy_filter.namespace == self._root and not envoy_filter.workload_selector:
            return None
        reached = self.reached(envoy_filter)
        are_gateways = self._roles.of(reached)
        context = _FOR_GATEWAYS.get(patch.context)
        return reached[0] if context is not None and are_gateways == {not context} else None

    def lost_at(self, patch: ConfigPatch, gateways: Iterable[KubernetesGateway]) -> bool:
        """Has a patch a context that none of the Gateways has which its EnvoyFilter names?

        Waypoints are patched in the contexts of sidecars, other Gateways in GATEWAY alone (listener_builder.go,
        pilot/pkg/networking/core, Istio 1.31).
        """
        is_for_gateways = _FOR_GATEWAYS.get(patch.context)
        are_waypoints = {gateway.is_waypoint for gateway in gateways}
        return is_for_gateways is not None and are_waypoints == {is_for_gateways}

    def twins(self, envoy_filter: EnvoyFilter) -> Iterator[SameNamedFilter]:
        """Walk the inserted filters of an EnvoyFilter that an older patch inserts as well."""
        for patch in envoy_filter.patches:
            known = self._inserts.get((envoy_filter, patch.path))
            if known is None:
                continue
            earlier = [near for near in self._near(envoy_filter, patch) if near[0] < known[0]]
            for _, other in sorted(earlier, key=lambda pair: pair[0]):
                if self._meet(patch, other):
                    yield SameNamedFilter(patch, other)
                    break

    def _near(
        self, envoy_filter: EnvoyFilter, patch: ConfigPatch
    ) -> Iterator[tuple[int, ConfigPatch]]:
        """Walk the inserts of the same filter that may meet a patch, by namespace and labels."""
        is_root = envoy_filter.namespace == self._root
        labels = envoy_filter.workload_selector.items()
        for home in (None,) if is_root else (envoy_filter.namespace, self._root):
            for label in (*labels, _WIDE) if labels else (_ANY,):
                yield from self._inserted.get((*_told(patch), home, label), ())

    def _meet(self, patch: ConfigPatch, other: ConfigPatch) -> bool:
        contexts = {patch.context, other.context} - {"ANY"}
        versions = {patch.proxy_version, other.proxy_version}
        ports = {patch.listener_port, other.listener_port} - {None}
        if len(contexts) > 1 or len(versions) > 1 or len(ports) > 1:
            return False
        if patch.filter_chain != other.filter_chain and patch.filter_chain and other.filter_chain:
            return False
        first, second = patch.resource, other.resource
        assert isinstance(first, EnvoyFilter)  # noqa: S101 - narrows the type
        assert isinstance(second, EnvoyFilter)  # noqa: S101 - narrows the type
        if first.target_refs or second.target_refs:
            return first is second
        if first.namespace != second.namespace and self._root not in (
            first.namespace, second.namespace,
        ):  # fmt: skip
            return False
        selectors = first.workload_selector, second.workload_selector
        return selects(*selectors) or selects(*reversed(selectors))

    @cached_property
    def _inserted(self) -> dict[_Key, list[tuple[int, ConfigPatch]]]:
        found: dict[_Key, list[tuple[int, ConfigPatch]]] = {}
        for (envoy_filter, _), (number, patch) in self._inserts.items():
            labels = envoy_filter.workload_selector.items() or (_WIDE,)
            for home in (envoy_filter.namespace, None):
                for label in (*labels, _ANY):
                    key = *_told(patch), home, label
                    found.setdefault(key, []).append((number, patch))
        return found

    @cached_property
    def _inserts(self) -> dict[tuple[EnvoyFilter, Path], tuple[int, ConfigPatch]]:
        """The patches that insert a filter, numbered by age."""
        inserts = [
            (envoy_filter, patch)
            for envoy_filter in self._filters
            for patch in envoy_filter.patches
            if patch.apply_to in _FILTERS and patch.filter_name and patch.adds
        ]
        return {
            (envoy_filter, patch.path): (n, patch)
            for n, (envoy_filter, patch) in enumerate(inserts)
        }


def _told(patch: ConfigPatch) -> tuple[str, str, str]:
    """What two inserts of one filter share that can meet."""
    return patch.apply_to, patch.filter_name, patch.proxy_version


def _roles(workloads: Sequence[Workload]) -> frozenset[bool]:
    """Say which there are: gateways, others, or both."""
    return frozenset(map(is_gateway, workloads))


def _is_of_another_context(envoy_filter: EnvoyFilter, workload: Workload) -> bool:
    """Are all patches for gateways and this is none, or the other way round?"""
    contexts = [_FOR_GATEWAYS.get(patch.context) for patch in envoy_filter.patches]
    other = not is_gateway(workload)
    return bool(contexts) and all(context is other for context in contexts)


def names_old_cluster(patch: ConfigPatch) -> str:
    """Give an inbound cluster's name of before 1.8; the name is ``inbound|PORT||`` since."""
    name = patch.child("match", "cluster").text("name")
    parts = name.split("|")
    return name if parts[0] == "inbound" and any(parts[2:]) else ""


def excludes_all(pattern: str, versions: Iterable[tuple[int, int]]) -> bool:
    """Fits a ``proxyVersion`` to no proxy that control planes of these versions may serve?

    Those are of the same minor version, or up to two older. The pattern may match any part.
    """
    try:
        wanted = compiled(pattern)
    except PatternError:
        return False
    served = {(major, minor - n) for major, minor in versions for n in range(_SKEW + 1)}
    return bool(served) and not any(
        wanted.is_in(f"{major}.{minor}.{release}")
        for major, minor in served
        for release in range(_PATCH_RELEASES)
    )
