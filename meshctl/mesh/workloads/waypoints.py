"""Ambient mode by namespace and workload, and the waypoints that carry its traffic.

Mirrors the labels of pkg/config/constants and getWaypoint of
pilot/pkg/serviceregistry/kube/controller/ambient/waypoints.go, Istio 1.31: an object's own
``istio.io/use-waypoint`` comes before the one of its namespace, and ``none`` opts out.
"""

from collections.abc import Iterable
from typing import NamedTuple

from meshctl.mesh.workloads.workloads import Workloads
from meshctl.resources import KubernetesGateway, Namespace, Ref, Resource, Service

DATAPLANE_MODE = "istio.io/dataplane-mode"
USE_WAYPOINT = "istio.io/use-waypoint"
_WAYPOINT_NAMESPACE = "istio.io/use-waypoint-namespace"


class WaypointUse(NamedTuple):
    """A label that asks for a waypoint: the waypoint's name and namespace, the label's place."""

    name: str
    namespace: str
    ref: Ref

    @property
    def key_name(self) -> str:
        """``namespace/name`` of the waypoint."""
        return f"{self.namespace}/{self.name}"


class Ambient:
    """Ambient mode and waypoints by namespace and object."""

    def __init__(
        self, workloads: Workloads, gateways: Iterable[KubernetesGateway],
        services: Iterable[Service], *, is_whole: bool,
    ) -> None:  # fmt: skip
        self._workloads = workloads
        self._gateways = {gateway.key_name: gateway for gateway in gateways}
        self._namespaces_with_gateways = {gateway.namespace for gateway in self._gateways.values()}
        self._services = {service.key_name: service for service in services}
        self._is_whole = is_whole

    def service(self, name: str, namespace: str) -> Service | None:
        """The Service that a policy's target names."""
        return self._services.get(f"{namespace}/{name}")

    def is_on(self, namespace: str) -> bool:
        """Does the input say that the pods of a namespace are in ambient mode?"""
        found = self._workloads.namespace(namespace)
        return found is not None and is_ambient(found)

    def waypoint_use(self, resource: Resource) -> WaypointUse | None:
        """The waypoint that a Service, workload or Namespace asks for, ``None`` for none."""
        found = own_waypoint(resource)
        if found is not None or isinstance(resource, Namespace):
            return found if found is None or found.name != "none" else None
        namespace = self._workloads.namespace(resource.namespace)
        return self.waypoint_use(namespace) if namespace is not None else None

    def knows_waypoint_of(self, resource: Resource) -> bool:
        """Can the input tell which waypoint an object uses, that is, has it the Namespace?"""
        return (
            own_waypoint(resource) is not None
            or self._workloads.namespace(resource.namespace) is not None
        )

    def waypoint(self, use: WaypointUse) -> KubernetesGateway | None:
        """The Gateway that a label names, if the input has it."""
        return self._gateways.get(use.key_name)

    def lacks_waypoint(self, use: WaypointUse) -> bool:
        """Is the Gateway that a label names surely missing?"""
        is_known = self._is_whole or use.namespace in self._namespaces_with_gateways
        return is_known and self.waypoint(use) is None


def is_ambient(namespace: Namespace) -> bool:
    """Does a namespace ask for ambient mode, and not for sidecars too?

    Where it asks for both, the sidecar is injected and ztunnel leaves its traffic alone.
    """
    labels = namespace.labels
    wants_sidecar = labels.get("istio-injection") == "enabled" or (
        "istio.io/rev" in labels and labels.get("istio-injection") != "disabled"
    )
    return labels.get(DATAPLANE_MODE) == "ambient" and not wants_sidecar


def own_waypoint(resource: Resource) -> WaypointUse | None:
    """The waypoint that an object's own labels ask for; its name is ``none`` for opting out."""
    labels = resource.labels
    name = labels.get(USE_WAYPOINT)
    if not name:
        return None
    home = resource.name if isinstance(resource, Namespace) else resource.namespace
    return WaypointUse(
        name,
        labels.get(_WAYPOINT_NAMESPACE) or home,
        resource.at("metadata", "labels", USE_WAYPOINT),
    )
