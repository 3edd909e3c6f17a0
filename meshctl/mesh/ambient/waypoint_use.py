"""The waypoint that the labels of an object ask for.

Mirrors GetUseWaypoint (pilot/pkg/serviceregistry/ambient/waypoints.go, Istio 1.31).
"""

from collections.abc import Mapping
from typing import NamedTuple

from meshctl.istio.labels import USE_WAYPOINT, USE_WAYPOINT_NAMESPACE
from meshctl.resources import Namespace, Ref, Resource

NONE = "none"
"""The name that opts out of a waypoint."""


class WaypointUse(NamedTuple):
    """A label that asks for a waypoint: the waypoint's name and namespace, the label's place."""

    name: str
    namespace: str
    ref: Ref

    @property
    def key_name(self) -> str:
        """``namespace/name`` of the waypoint."""
        return f"{self.namespace}/{self.name}"

    @property
    def opts_out(self) -> bool:
        """Does the label ask for no waypoint at all?"""
        return self.name == NONE

    @property
    def is_inherited(self) -> bool:
        """Is it the label of a namespace?"""
        return isinstance(self.ref.resource, Namespace)


def use_of(labels: Mapping[str, str], home: str, ref: Ref) -> WaypointUse | None:
    """Read one set of labels; an empty value is a waypoint without a name, which is never ready.

    ``istio.io/use-waypoint-namespace`` counts only beside the label itself; without it the
    waypoint is in the namespace of the object that uses it, ``home``.
    """
    name = labels.get(USE_WAYPOINT)
    if name is None:
        return None
    return WaypointUse(name, labels.get(USE_WAYPOINT_NAMESPACE, home), ref)


def own_waypoint(resource: Resource) -> WaypointUse | None:
    """The waypoint that an object's own labels ask for; its name is ``none`` for opting out."""
    home = resource.name if isinstance(resource, Namespace) else resource.namespace
    return use_of(resource.labels, home, resource.at("metadata", "labels", USE_WAYPOINT))
