"""What gateway workloads serve."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.gateways.bindings import Binding as Binding
    from meshctl.mesh.gateways.dropped_servers import DroppedServer as DroppedServer
    from meshctl.mesh.gateways.dropped_servers import losses as losses
    from meshctl.mesh.gateways.effective_gateway import EffectiveGateway as EffectiveGateway
    from meshctl.mesh.gateways.ingresses import Ingresses as Ingresses
    from meshctl.mesh.gateways.load_balancers import OPENS_TLS as OPENS_TLS
    from meshctl.mesh.gateways.load_balancers import decrypting as decrypting
    from meshctl.mesh.gateways.load_balancers import misled_health_check as misled_health_check
    from meshctl.mesh.gateways.load_balancers import proxy_protocol_of as proxy_protocol_of
    from meshctl.mesh.gateways.route_overlaps import MOST_PAIRS as MOST_PAIRS
    from meshctl.mesh.gateways.route_overlaps import RouteOverlap as RouteOverlap
    from meshctl.mesh.gateways.server_conflicts import DuplicateFilterChain as DuplicateFilterChain
    from meshctl.mesh.gateways.server_merge import DropReason as DropReason
    from meshctl.mesh.gateways.server_merge import panicking_host as panicking_host
    from meshctl.mesh.gateways.server_merge import route_kind as route_kind
    from meshctl.mesh.gateways.server_merge import server_hosts as server_hosts
    from meshctl.mesh.gateways.server_merge import unread_settings as unread_settings

_HOMES = {
    "Binding": "bindings",
    "DropReason": "server_merge",
    "DroppedServer": "dropped_servers",
    "DuplicateFilterChain": "server_conflicts",
    "EffectiveGateway": "effective_gateway",
    "Ingresses": "ingresses",
    "MOST_PAIRS": "route_overlaps",
    "OPENS_TLS": "load_balancers",
    "RouteOverlap": "route_overlaps",
    "decrypting": "load_balancers",
    "losses": "dropped_servers",
    "misled_health_check": "load_balancers",
    "panicking_host": "server_merge",
    "proxy_protocol_of": "load_balancers",
    "route_kind": "server_merge",
    "server_hosts": "server_merge",
    "unread_settings": "server_merge",
}

__getattr__ = lazy_face(__name__, _HOMES)
