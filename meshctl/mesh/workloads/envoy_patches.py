"""EnvoyFilter patches that are ignored, or depend on the order they are applied in.

Mirrors pilot/pkg/networking/core/envoyfilter (rc_patch.go, cluster_patch.go, listener_patch.go)
and pkg/config/analysis/analyzers/envoyfilter of Istio 1.31.
"""

from collections.abc import Iterable, Iterator

from meshctl.mesh.core.precedence import age
from meshctl.resources import ConfigPatch, EnvoyFilter

_ROUTES = frozenset({"ROUTE_CONFIGURATION", "HTTP_ROUTE"})
_REPLACEABLE = frozenset({"NETWORK_FILTER", "HTTP_FILTER", "VIRTUAL_HOST"})
_RELATIVE = frozenset({"INSERT_BEFORE", "INSERT_AFTER", "REPLACE", "REMOVE"})


# istiod generates these in every listener that has filters of their kind.
_GENERATED = {
    "HTTP_FILTER": ("subFilter", frozenset({"envoy.filters.http.router"})),
    "NETWORK_FILTER": (
        "",
        frozenset({"envoy.filters.network.http_connection_manager",
                   "envoy.filters.network.tcp_proxy"}),
    ),
}  # fmt: skip


def looks_for_generated(patch: ConfigPatch) -> bool:
    """Is what a patch looks for there, whatever other EnvoyFilters do?"""
    level, names = _GENERATED.get(patch.apply_to, ("", frozenset()))
    found = patch.child("match", "listener", "filterChain", "filter")
    return (found.child(level) if level else found).text("name") in names


def is_ignored(patch: ConfigPatch) -> bool:
    """Does Istio leave out this operation for what it is applied to?"""
    if patch.operation == "REPLACE":
        return patch.apply_to not in _REPLACEABLE
    return patch.operation in {"ADD", "REMOVE"} and patch.apply_to in _ROUTES


def relative_patches(envoy_filter: EnvoyFilter) -> Iterator[ConfigPatch]:
    """Walk the patches without priority that look for something others may bring or take."""
    if envoy_filter.priority:
        return
    for patch in envoy_filter.patches:
        if patch.operation in _RELATIVE and not is_ignored(patch):
            yield patch


class VersionedPatches:
    """The patches that are limited to proxy versions, by the filter they are about."""

    def __init__(self, filters: Iterable[EnvoyFilter]) -> None:
        self._first: dict[str, ConfigPatch] = {}
        for envoy_filter in sorted(filters, key=age):
            for patch in envoy_filter.patches:
                if patch.proxy_version and patch.filter_name:
                    self._first.setdefault(patch.filter_name, patch)

    def share_filter(self, patch: ConfigPatch) -> ConfigPatch | None:
        """Find the first other patch of the same filter that is limited to versions."""
        first = self._first.get(patch.filter_name)
        return first if first is not None and first is not patch else None
