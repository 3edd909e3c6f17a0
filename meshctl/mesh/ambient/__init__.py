"""What ztunnels and waypoints get of the mesh: members, waypoints, policies, endpoints."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.ambient.authorization_conversion import converted_rule as converted_rule
    from meshctl.mesh.ambient.waypoint_services import ambient_service as ambient_service
    from meshctl.mesh.ambient.waypoint_services import ambient_services as ambient_services
    from meshctl.mesh.ambient.waypoint_services import proxy_setting as proxy_setting
    from meshctl.mesh.ambient.waypoint_use import own_waypoint as own_waypoint
    from meshctl.mesh.ambient.waypoints import Binding as Binding
    from meshctl.mesh.ambient.ztunnel_policy import Effect as Effect

_HOMES = {
    "Binding": "waypoints",
    "Effect": "ztunnel_policy",
    "ambient_service": "waypoint_services",
    "ambient_services": "waypoint_services",
    "converted_rule": "authorization_conversion",
    "own_waypoint": "waypoint_use",
    "proxy_setting": "waypoint_services",
}

__getattr__ = lazy_face(__name__, _HOMES)
