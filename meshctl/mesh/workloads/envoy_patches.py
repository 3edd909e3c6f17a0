"""EnvoyFilter patches that are ignored, or depend on the order they are applied in.

Mirrors pilot/pkg/networking/core/envoyfilter (rc_patch.go, cluster_patch.go, listener_patch.go)
and pkg/config/analysis/analyzers/envoyfilter of Istio 1.31.
"""

from collections.abc import Iterable, Iterator

from meshctl.mesh.core.precedence import age
from meshctl.resources import ConfigPatch, EnvoyFilter

_MERGES = frozenset({"MERGE", "MERGE_AND_REPLACE_LIST"})
_INSERTS = frozenset({"INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST"})
_FILTERS = frozenset({"ADD", "MERGE", "REMOVE", "REPLACE"}) | _INSERTS
_OPERATIONS = {
    "LISTENER": _MERGES | {"ADD", "REMOVE"},
    "LISTENER_FILTER": _FILTERS,
    "FILTER_CHAIN": _MERGES | {"ADD", "REMOVE"},
    "NETWORK_FILTER": _FILTERS,
    "HTTP_FILTER": _FILTERS,
    "ROUTE_CONFIGURATION": _MERGES,
    "VIRTUAL_HOST": _MERGES | {"ADD", "REMOVE", "REPLACE"},
    "HTTP_ROUTE": _MERGES | _INSERTS | {"ADD", "REMOVE"},
    "CLUSTER": _MERGES | {"ADD", "REMOVE"},
    "EXTENSION_CONFIG": frozenset({"ADD"}),
}
"""The operations that each kind of object has; what INSERT does to the other kinds is ADD."""
_INSERTED_IN = frozenset({"LISTENER_FILTER", "NETWORK_FILTER", "HTTP_FILTER", "HTTP_ROUTE"})
_NAMING = {
    "LISTENER_FILTER": frozenset({"MERGE", "REMOVE", "REPLACE"}),
    "NETWORK_FILTER": frozenset({"REMOVE", "REPLACE"}),
    "HTTP_FILTER": frozenset({"REMOVE", "REPLACE"}),
}
"""The operations on filters that do nothing where the match names none."""
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


def operation_done(patch: ConfigPatch) -> str:
    """The operation that istiod does: it inserts among what has an order alone, and adds elsewhere."""
    is_added = patch.inserts and patch.apply_to not in _INSERTED_IN
    return "ADD" if is_added else patch.operation


def is_ignored(patch: ConfigPatch) -> bool:
    """Does istiod leave out this operation for what it is applied to?"""
    operation = operation_done(patch)
    known = _OPERATIONS.get(patch.apply_to)
    if is_never_applied(patch):
        return False  # that is said instead, and a waypoint's match has other fields
    return bool(operation) and known is not None and operation not in known


def is_never_applied(patch: ConfigPatch) -> bool:
    """Is it for what istiod patches nowhere, whatever the operation?

    Nothing reads patches of BOOTSTRAP (releasenotes/notes/bds-removal.yaml), and waypoints are patched in the
    contexts of sidecars (pilot/pkg/networking/core/cluster.go and listener_builder.go). An extension is given to all
    that ask for it, whatever the context (extension_configuration_patch.go).
    """
    is_context_read = patch.apply_to != "EXTENSION_CONFIG"
    return patch.apply_to == "BOOTSTRAP" or (is_context_read and patch.context == "WAYPOINT")


def names_no_filter(patch: ConfigPatch) -> bool:
    """Does an operation that needs the name of a filter lack it, so that it does nothing?"""
    listener = patch.child("match", "listener")
    filtered = listener.child("filterChain", "filter")
    has_name = {
        "LISTENER_FILTER": bool(listener.text("listenerFilter")),
        "NETWORK_FILTER": listener.child("filterChain").has("filter"),
        "HTTP_FILTER": filtered.has("subFilter"),
    }
    needing = _NAMING.get(patch.apply_to, frozenset())
    needs_name = patch.operation in needing and not is_never_applied(patch)
    return needs_name and not has_name[patch.apply_to]


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
