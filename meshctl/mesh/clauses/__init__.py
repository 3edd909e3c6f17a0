"""What clauses do, and which do nothing."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.clauses.match_listeners import IdleMatch as IdleMatch
    from meshctl.mesh.clauses.match_listeners import Obstacle as Obstacle
    from meshctl.mesh.clauses.patches.unread_matches import unread_fields as unread_fields

_HOMES = {
    "IdleMatch": "match_listeners",
    "Obstacle": "match_listeners",
    "unread_fields": "patches.unread_matches",
}

__getattr__ = lazy_face(__name__, _HOMES)
