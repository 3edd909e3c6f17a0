"""The fields of a patch's match that istiod doesn't read for what the patch applies to.

Mirrors pilot/pkg/networking/core/envoyfilter (listener_patch.go, rc_patch.go, cluster_patch.go), Istio 1.31.
What is added looks for the object that it is added to, and not at what is in it already.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.mesh.workloads.envoy_patches import is_ignored, is_never_applied, operation_done
from meshctl.resources import ConfigPatch, Ref, View

_ADDS = frozenset({"ADD", "INSERT_FIRST"})
"""What comes in without a look at what is there; INSERT_BEFORE and INSERT_AFTER look for a neighbour."""
_SIDECARS = frozenset({"SIDECAR_INBOUND", "SIDECAR_OUTBOUND"})


class UnreadField(NamedTuple):
    """A field of a match that isn't read, and whether the patch reaches more for that."""

    place: Ref
    name: str
    is_wider: bool


def unread_fields(patch: ConfigPatch) -> Iterator[UnreadField]:
    """Walk the fields that could be left out of a match without any difference, where the patch counts at all."""
    if is_never_applied(patch) or is_ignored(patch):
        return
    adds = operation_done(patch) in _ADDS
    match = patch.child("match")
    if patch.apply_to == "CLUSTER":
        yield from _of_cluster(match, adds=adds)
    elif patch.apply_to in {"ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"}:
        yield from _of_route(patch, match.child("routeConfiguration"), adds=adds)
    else:
        yield from _of_listener(patch, match, adds=adds)


def _of_cluster(match: View, *, adds: bool) -> Iterator[UnreadField]:
    cluster = match.child("cluster")
    if adds:
        yield from _there(match, "cluster", is_wider=False)
    elif cluster.text("name"):
        for key in ("service", "portNumber", "subset"):
            yield from _there(cluster, key, is_wider=False)


def _of_route(patch: ConfigPatch, asked: View, *, adds: bool) -> Iterator[UnreadField]:
    if patch.context in _SIDECARS:
        for key in ("portName", "gateway"):
            yield from _there(asked, key, is_wider=True)
    is_whole = patch.apply_to == "ROUTE_CONFIGURATION"
    if is_whole or (patch.apply_to == "VIRTUAL_HOST" and adds):
        yield from _there(asked, "vhost", is_wider=is_whole)
    elif (patch.apply_to == "VIRTUAL_HOST" or patch.operation == "ADD") and _narrows(asked):
        yield from _there(asked.child("vhost"), "route", is_wider=not adds)


def _narrows(asked: View) -> bool:
    """Does a match of a route name one, or an action? ``action: ANY`` is for all of them."""
    route = asked.child("vhost", "route")
    return bool(route.text("name")) or route.text("action") not in {"", "ANY"}


def _of_listener(patch: ConfigPatch, match: View, *, adds: bool) -> Iterator[UnreadField]:
    kind, listener = patch.apply_to, match.child("listener")
    chain = listener.child("filterChain")
    if kind == "LISTENER" and adds:
        yield from _there(match, "listener", is_wider=False)
        return
    yield from _there(listener, "portName", is_wider=True)
    if kind != "LISTENER_FILTER" or adds:
        yield from _there(listener, "listenerFilter", is_wider=not adds)
    # The webhook warns of a filter that a listener or a chain is looked for by.
    others = set(chain.data) - {"filter"}
    if (kind == "LISTENER_FILTER" and chain.data) or (kind == "LISTENER" and others):
        yield from _there(listener, "filterChain", is_wider=True)
    if kind == "FILTER_CHAIN" and adds and others:
        yield from _there(listener, "filterChain", is_wider=False)
    if kind == "NETWORK_FILTER" and adds:
        yield from _there(chain, "filter", is_wider=False)
    if kind == "HTTP_FILTER" and adds:
        yield from _there(chain.child("filter"), "subFilter", is_wider=False)


def _there(view: View, key: str, *, is_wider: bool) -> Iterator[UnreadField]:
    if view.has(key):
        yield UnreadField(view.key(key), key, is_wider)
