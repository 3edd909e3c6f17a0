"""Reads status conditions by which a controller says that it failed.

The list of condition types mirrors pkg/config/analysis/analyzers/conditions (Istio 1.31); those of
listeners are the Gateway API's.
"""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.resources import Ref, Resource, View

_WAYPOINT_BOUND = frozenset({"istio.io/WaypointBound"})
_ROUTE = frozenset({"Accepted", "Programmed", "ResolvedRefs"})
_OBJECT_TYPES = {
    "Service": _WAYPOINT_BOUND,
    "ServiceEntry": _WAYPOINT_BOUND,
    "WorkloadEntry": _WAYPOINT_BOUND,
    "AuthorizationPolicy": frozenset({"ZtunnelAccepted", "WaypointAccepted"}),
    "Gateway": _ROUTE,
}
_ROUTES = frozenset({"HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"})
_BAD_WHEN_TRUE = frozenset({"Conflicted", "Detached"})
# A Gateway that waits for its address, or repeats what its listeners say, tells nothing new.
_PASSING_REASONS = frozenset({"Pending", "ListenersNotValid", "ListenerSetsNotValid"})


class BadCondition(NamedTuple):
    """A condition that somebody should look at."""

    type: str
    reason: str
    message: str
    ref: Ref


def bad_conditions(resource: Resource) -> Iterator[BadCondition]:
    """Walk the conditions of an object, its listeners and its parents that are not met."""
    if not resource.has("status"):
        return
    status = resource.child("status")
    types = _OBJECT_TYPES.get(resource.kind)
    if types is not None:
        yield from _bad(status, types)
    if resource.kind in _ROUTES:
        for index, parent in status.items("parents"):
            yield from _bad(View(resource, (*status.path, "parents", index), parent), _ROUTE)
    if resource.kind == "Gateway":
        for index, listener in status.items("listeners"):
            view = View(resource, (*status.path, "listeners", index), listener)
            yield from _bad(view, _ROUTE | _BAD_WHEN_TRUE)


def _bad(holder: View, types: frozenset[str]) -> Iterator[BadCondition]:
    for index, item in holder.items("conditions"):
        condition = View(holder.resource, (*holder.path, "conditions", index), item)
        kind, reason = condition.text("type"), condition.text("reason")
        if kind not in types or reason in _PASSING_REASONS:
            continue
        bad = "True" if kind in _BAD_WHEN_TRUE else "False"
        partly = kind == "WaypointAccepted" and reason == "PartiallyInvalid"
        if condition.text("status") == bad or partly:
            yield BadCondition(kind, reason, condition.text("message"), condition.at("type"))
