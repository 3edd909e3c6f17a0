"""The controllers that serve classes of Gateways.

Mirrors pilot/pkg/config/kube/gatewaycommon/classinfo.go and gatewayclass_collection.go, Istio 1.31.
"""

from collections.abc import Iterable
from enum import Enum

from meshctl.resources import GatewayClass


class Controller(Enum):
    """The controllers that istiod is; what is none of them is served by somebody else."""

    GATEWAY = "istio.io/gateway-controller"
    REMOTE = "istio.io/unmanaged-gateway"
    """It accepts a Gateway and generates nothing: its proxies are in another cluster."""
    WAYPOINT = "istio.io/mesh-controller"
    EAST_WEST = "istio.io/eastwest-controller"

    @property
    def adds_class_to_names(self) -> bool:
        """Is the Service of a Gateway called ``name-class``?"""
        return self in {Controller.GATEWAY, Controller.REMOTE}


_BUILT_IN = {
    "istio": Controller.GATEWAY,
    "istio-remote": Controller.REMOTE,
    "istio-waypoint": Controller.WAYPOINT,
    "istio-east-west": Controller.EAST_WEST,
}
_OF_AGENTGATEWAY = frozenset({"istio-agentgateway", "istio-agentgateway-waypoint"})
_BY_NAME = {controller.value: controller for controller in Controller}


class GatewayClasses:
    """The classes of the input, and those that istiod knows without being told."""

    def __init__(self, classes: Iterable[GatewayClass]) -> None:
        self._written = {gateway_class.name: gateway_class.controller for gateway_class in classes}

    def controller(self, name: str) -> Controller | None:
        """Find who serves a class; ``None`` for another controller's, or nobody's."""
        if name in _OF_AGENTGATEWAY:
            return None
        if name in self._written:
            return _BY_NAME.get(self._written[name])
        return _BUILT_IN.get(name)

    def is_written(self, name: str) -> bool:
        """Has the input the GatewayClass?"""
        return name in self._written
