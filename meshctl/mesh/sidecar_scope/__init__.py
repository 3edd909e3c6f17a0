"""The hosts that proxies know, by their Sidecars."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.sidecar_scope.declared_calls import DeclaredCall as DeclaredCall
    from meshctl.mesh.sidecar_scope.egress_hosts import egress_entries as egress_entries
    from meshctl.mesh.sidecar_scope.egress_hosts import repeated_entries as repeated_entries
    from meshctl.mesh.sidecar_scope.lost_calls import LostCall as LostCall
    from meshctl.mesh.sidecar_scope.lost_calls import Obstacle as Obstacle
    from meshctl.mesh.sidecar_scope.other_authorities import OtherAuthority as OtherAuthority
    from meshctl.mesh.sidecar_scope.scope import REGISTRY_ONLY as REGISTRY_ONLY

_HOMES = {
    "LostCall": "lost_calls",
    "Obstacle": "lost_calls",
    "OtherAuthority": "other_authorities",
    "REGISTRY_ONLY": "scope",
    "DeclaredCall": "declared_calls",
    "egress_entries": "egress_hosts",
    "repeated_entries": "egress_hosts",
}

__getattr__ = lazy_face(__name__, _HOMES)
