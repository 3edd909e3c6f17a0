"""What does each resource of the input say? Typed read-only views, one module per kind."""

from meshctl.resources.config_map import ConfigMap
from meshctl.resources.destination_rule import (
    DestinationRule,
    PortPolicy,
    Subset,
    TrafficPolicy,
)
from meshctl.resources.gateway import Gateway, Server
from meshctl.resources.kinds import make_resource
from meshctl.resources.namespace import Namespace
from meshctl.resources.peer_authentication import PeerAuthentication
from meshctl.resources.resource import Resource
from meshctl.resources.secret import Secret
from meshctl.resources.service import Service, ServicePort
from meshctl.resources.service_entry import Endpoint, EntryPort, ServiceEntry
from meshctl.resources.sidecar import EgressListener, Sidecar
from meshctl.resources.view import Ref, View
from meshctl.resources.virtual_service import Destination, Match, Route, VirtualService
from meshctl.resources.workload import Container, Workload, WorkloadEntry, WorkloadGroup

__all__ = [
    "ConfigMap", "Container", "Destination", "DestinationRule", "EgressListener", "Endpoint",
    "EntryPort", "Gateway", "Match", "Namespace", "PeerAuthentication", "PortPolicy", "Ref",
    "Resource", "Route", "Secret", "Server", "Service", "ServiceEntry", "ServicePort", "Sidecar",
    "Subset", "TrafficPolicy", "View", "VirtualService", "Workload", "WorkloadEntry",
    "WorkloadGroup", "make_resource",
]  # fmt: skip
