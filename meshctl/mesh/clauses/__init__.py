"""What clauses do, and which do nothing."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.clauses.match_listeners import IdleMatch as IdleMatch
    from meshctl.mesh.clauses.match_listeners import Obstacle as Obstacle

_HOMES = {
    "IdleMatch": "match_listeners",
    "Obstacle": "match_listeners",
}

__getattr__ = lazy_face(__name__, _HOMES)
