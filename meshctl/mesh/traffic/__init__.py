"""What VirtualServices and DestinationRules become in proxies."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.traffic.delegates import MESH as MESH
    from meshctl.mesh.traffic.delegates import BrokenDelegate as BrokenDelegate
    from meshctl.mesh.traffic.delegates import DelegateFault as DelegateFault
    from meshctl.mesh.traffic.destination_rule_merge import MergeLoss as MergeLoss
    from meshctl.mesh.traffic.destination_rule_merge import meetings as meetings
    from meshctl.mesh.traffic.faults import written_faults as written_faults
    from meshctl.mesh.traffic.layer4_matches import repeated as repeated
    from meshctl.mesh.traffic.outlier_detection import FEW_PODS as FEW_PODS
    from meshctl.mesh.traffic.outlier_detection import counts_nothing as counts_nothing
    from meshctl.mesh.traffic.outlier_detection import is_covered as is_covered
    from meshctl.mesh.traffic.outlier_detection import is_hasty as is_hasty
    from meshctl.mesh.traffic.outlier_detection import panics_at_once as panics_at_once
    from meshctl.mesh.traffic.path_rewrite import broken_example as broken_example
    from meshctl.mesh.traffic.policy_layers import ports_under as ports_under
    from meshctl.mesh.traffic.policy_layers import written_localities as written_localities
    from meshctl.mesh.traffic.policy_layers import written_policies as written_policies
    from meshctl.mesh.traffic.route_matches import RouteMatch as RouteMatch
    from meshctl.mesh.traffic.route_settings import lost_header as lost_header
    from meshctl.mesh.traffic.route_settings import overruled_headers as overruled_headers
    from meshctl.mesh.traffic.sidecar_hosts import LostHost as LostHost
    from meshctl.mesh.traffic.unreachable_rules import MOST_PAIRS as MOST_PAIRS

_HOMES = {
    "BrokenDelegate": "delegates",
    "DelegateFault": "delegates",
    "FEW_PODS": "outlier_detection",
    "LostHost": "sidecar_hosts",
    "MESH": "delegates",
    "MOST_PAIRS": "unreachable_rules",
    "MergeLoss": "destination_rule_merge",
    "RouteMatch": "route_matches",
    "broken_example": "path_rewrite",
    "counts_nothing": "outlier_detection",
    "is_covered": "outlier_detection",
    "is_hasty": "outlier_detection",
    "lost_header": "route_settings",
    "overruled_headers": "route_settings",
    "meetings": "destination_rule_merge",
    "panics_at_once": "outlier_detection",
    "ports_under": "policy_layers",
    "repeated": "layer4_matches",
    "written_faults": "faults",
    "written_localities": "policy_layers",
    "written_policies": "policy_layers",
}

__getattr__ = lazy_face(__name__, _HOMES)
