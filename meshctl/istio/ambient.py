"""The labels and annotations of ambient mode, and the port of its tunnel.

Mirrors pkg/config/constants and istio.io/api label and annotation, Istio 1.31.
"""

from collections.abc import Mapping

DATAPLANE_MODE = "istio.io/dataplane-mode"
"""The label of namespaces and pods; ``ambient`` takes part, ``none`` does not."""
REDIRECTION = "ambient.istio.io/redirection"
"""The annotation by which the CNI agent says that ztunnel carries a pod's traffic."""
REDIRECTION_ENABLED = "enabled"
USE_WAYPOINT = "istio.io/use-waypoint"
USE_WAYPOINT_NAMESPACE = "istio.io/use-waypoint-namespace"
WAYPOINT_FOR = "istio.io/waypoint-for"
"""The label of a Gateway, or its class: ``service``, ``workload``, ``all`` or ``none``."""
INGRESS_USE_WAYPOINT = "istio.io/ingress-use-waypoint"
GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
"""The label of the pods and the Service that belong to a Gateway of the Gateway API."""
GATEWAY_MANAGED = "gateway.istio.io/managed"
MANAGED_WAYPOINT = "istio.io-mesh-controller"
MANAGED_EAST_WEST = "istio.io-eastwest-controller"
WAYPOINT_CLASS = "istio-waypoint"
TUNNEL = "networking.istio.io/tunnel"
"""The label of what speaks HBONE by itself: ``http``."""
INBOUND_BINDING = "ambient.istio.io/waypoint-inbound-binding"
DRY_RUN = "istio.io/dry-run"
HBONE = "HBONE"
HBONE_PORT = 15008


def speaks_hbone(labels: Mapping[str, str]) -> bool:
    """Do labels say that a workload takes HBONE by itself (SupportsTunnel, model/service.go)?"""
    return "http" in labels.get(TUNNEL, "").split(",")
