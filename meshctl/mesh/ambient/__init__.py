"""What ztunnels and waypoints get of the mesh: members, waypoints, policies, endpoints."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.ambient.waypoint_services import ambient_service as ambient_service
    from meshctl.mesh.ambient.waypoint_services import ambient_services as ambient_services
    from meshctl.mesh.ambient.waypoint_services import proxy_setting as proxy_setting
    from meshctl.mesh.ambient.waypoint_use import own_waypoint as own_waypoint

_HOMES = {
    "ambient_service": "waypoint_services",
    "ambient_services": "waypoint_services",
    "own_waypoint": "waypoint_use",
    "proxy_setting": "waypoint_services",
}

__getattr__ = lazy_face(__name__, _HOMES)
