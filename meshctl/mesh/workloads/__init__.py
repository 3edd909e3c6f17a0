"""Pods, their ports, and what reaches their proxies."""

from typing import TYPE_CHECKING

from meshctl.lazy_face import lazy_face

if TYPE_CHECKING:
    from meshctl.mesh.workloads.container_args import loopback_ports as loopback_ports
    from meshctl.mesh.workloads.container_args import stops_sidecar as stops_sidecar
    from meshctl.mesh.workloads.container_args import uses_network as uses_network
    from meshctl.mesh.workloads.envoy_filters import excludes_all as excludes_all
    from meshctl.mesh.workloads.envoy_filters import names_old_cluster as names_old_cluster
    from meshctl.mesh.workloads.envoy_patches import is_ignored as is_ignored
    from meshctl.mesh.workloads.envoy_patches import is_never_applied as is_never_applied
    from meshctl.mesh.workloads.envoy_patches import looks_for_generated as looks_for_generated
    from meshctl.mesh.workloads.envoy_patches import names_no_filter as names_no_filter
    from meshctl.mesh.workloads.envoy_patches import operation_done as operation_done
    from meshctl.mesh.workloads.envoy_patches import relative_patches as relative_patches
    from meshctl.mesh.workloads.membership import PROXY_UID as PROXY_UID
    from meshctl.mesh.workloads.membership import RESERVED_CONTAINERS as RESERVED_CONTAINERS
    from meshctl.mesh.workloads.membership import SIDECAR_PORTS as SIDECAR_PORTS
    from meshctl.mesh.workloads.membership import Membership as Membership
    from meshctl.mesh.workloads.membership import has_proxy_container as has_proxy_container
    from meshctl.mesh.workloads.membership import is_ambient as is_ambient
    from meshctl.mesh.workloads.membership import is_control_plane as is_control_plane
    from meshctl.mesh.workloads.membership import is_gateway as is_gateway
    from meshctl.mesh.workloads.membership import is_live as is_live
    from meshctl.mesh.workloads.membership import lacks_sidecar as lacks_sidecar
    from meshctl.mesh.workloads.membership import opts_out as opts_out
    from meshctl.mesh.workloads.membership import promise as promise
    from meshctl.mesh.workloads.membership import says_no as says_no
    from meshctl.mesh.workloads.membership import wants_sidecar as wants_sidecar
    from meshctl.mesh.workloads.network_policies import CONTROL_PLANE_PORT as CONTROL_PLANE_PORT
    from meshctl.mesh.workloads.network_policies import EGRESS as EGRESS
    from meshctl.mesh.workloads.network_policies import INGRESS as INGRESS
    from meshctl.mesh.workloads.network_policies import OUTSIDE as OUTSIDE
    from meshctl.mesh.workloads.network_policies import PROBES_FROM as PROBES_FROM
    from meshctl.mesh.workloads.network_policies import NetworkPolicies as NetworkPolicies
    from meshctl.mesh.workloads.policy_attachment import being as being
    from meshctl.mesh.workloads.policy_attachment import named as named
    from meshctl.mesh.workloads.policy_attachment import others as others
    from meshctl.mesh.workloads.policy_attachment import surely_counts as surely_counts
    from meshctl.mesh.workloads.policy_attachment import winner_text as winner_text
    from meshctl.mesh.workloads.prometheus_merge import merged_metrics_port as merged_metrics_port
    from meshctl.mesh.workloads.prometheus_merge import merges_metrics as merges_metrics
    from meshctl.mesh.workloads.prometheus_merge import wrong_port as wrong_port
    from meshctl.mesh.workloads.service_ports import shared_ports as shared_ports
    from meshctl.mesh.workloads.service_roles import PROXY_PORTS as PROXY_PORTS
    from meshctl.mesh.workloads.service_roles import differences as differences
    from meshctl.mesh.workloads.service_roles import is_in_mesh as is_in_mesh
    from meshctl.mesh.workloads.service_roles import is_own_of_istio as is_own_of_istio
    from meshctl.mesh.workloads.telemetry.telemetry_entries import enabled_again as enabled_again
    from meshctl.mesh.workloads.telemetry.telemetry_entries import replaced_logs as replaced_logs
    from meshctl.mesh.workloads.telemetry.telemetry_entries import signals_of as signals_of
    from meshctl.mesh.workloads.telemetry.telemetry_entries import silent_side as silent_side
    from meshctl.mesh.workloads.traffic_capture import Probe as Probe
    from meshctl.mesh.workloads.traffic_capture import TrafficCapture as TrafficCapture
    from meshctl.mesh.workloads.traffic_capture import is_rewritten as is_rewritten

_HOMES = {
    "CONTROL_PLANE_PORT": "network_policies",
    "EGRESS": "network_policies",
    "INGRESS": "network_policies",
    "Membership": "membership",
    "NetworkPolicies": "network_policies",
    "OUTSIDE": "network_policies",
    "PROBES_FROM": "network_policies",
    "PROXY_PORTS": "service_roles",
    "PROXY_UID": "membership",
    "Probe": "traffic_capture",
    "RESERVED_CONTAINERS": "membership",
    "SIDECAR_PORTS": "membership",
    "TrafficCapture": "traffic_capture",
    "being": "policy_attachment",
    "differences": "service_roles",
    "enabled_again": "telemetry.telemetry_entries",
    "excludes_all": "envoy_filters",
    "has_proxy_container": "membership",
    "is_ambient": "membership",
    "is_control_plane": "membership",
    "is_gateway": "membership",
    "is_ignored": "envoy_patches",
    "is_in_mesh": "service_roles",
    "is_live": "membership",
    "is_never_applied": "envoy_patches",
    "is_own_of_istio": "service_roles",
    "is_rewritten": "traffic_capture",
    "lacks_sidecar": "membership",
    "looks_for_generated": "envoy_patches",
    "loopback_ports": "container_args",
    "merged_metrics_port": "prometheus_merge",
    "merges_metrics": "prometheus_merge",
    "named": "policy_attachment",
    "others": "policy_attachment",
    "names_no_filter": "envoy_patches",
    "names_old_cluster": "envoy_filters",
    "operation_done": "envoy_patches",
    "opts_out": "membership",
    "promise": "membership",
    "relative_patches": "envoy_patches",
    "replaced_logs": "telemetry.telemetry_entries",
    "says_no": "membership",
    "shared_ports": "service_ports",
    "signals_of": "telemetry.telemetry_entries",
    "silent_side": "telemetry.telemetry_entries",
    "stops_sidecar": "container_args",
    "surely_counts": "policy_attachment",
    "uses_network": "container_args",
    "wants_sidecar": "membership",
    "winner_text": "policy_attachment",
    "wrong_port": "prometheus_merge",
}

__getattr__ = lazy_face(__name__, _HOMES)
