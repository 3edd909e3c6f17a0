"""What routes name, and whether proxies have it."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.reachability.clusters import MissingCluster as MissingCluster
    from meshctl.mesh.reachability.clusters import NoClusterReason as NoClusterReason
    from meshctl.mesh.reachability.egress_paths import EgressHop as EgressHop
    from meshctl.mesh.reachability.subsets import ELSEWHERE as ELSEWHERE
    from meshctl.mesh.reachability.subsets import LostSubset as LostSubset

_HOMES = {
    "ELSEWHERE": "subsets",
    "EgressHop": "egress_paths",
    "LostSubset": "subsets",
    "MissingCluster": "clusters",
    "NoClusterReason": "clusters",
}

__getattr__ = lazy_face(__name__, _HOMES)
