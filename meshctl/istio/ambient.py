"""The labels and annotations of ambient mode, and the port of its tunnel.

Mirrors pkg/config/constants and istio.io/api label and annotation, Istio 1.31.
"""

from collections.abc import Mapping

from meshctl.istio.labels import TUNNEL

REDIRECTION_ENABLED = "enabled"
WAYPOINT_FOR = "istio.io/waypoint-for"
"""The label of a Gateway, or its class: ``service``, ``workload``, ``all`` or ``none``."""
MANAGED_WAYPOINT = "istio.io-mesh-controller"
MANAGED_EAST_WEST = "istio.io-eastwest-controller"
WAYPOINT_CLASS = "istio-waypoint"
INBOUND_BINDING = "ambient.istio.io/waypoint-inbound-binding"
HBONE = "HBONE"
HBONE_PORT = 15008


def speaks_hbone(labels: Mapping[str, str]) -> bool:
    """Do labels say that a workload takes HBONE by itself (SupportsTunnel, model/service.go)?"""
    return "http" in labels.get(TUNNEL, "").split(",")
