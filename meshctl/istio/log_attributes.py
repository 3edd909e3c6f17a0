"""The attributes that the filter of an access log can ask for, and their types.

They are Envoy's (docs, intro/arch_overview/advanced/attributes, 1.39), which the filter
``envoy.access_loggers.extension_filters.cel`` reads (pilot/pkg/model/telemetry_logging.go, Istio 1.31).
"""

TEXT, NUMBER, FLAG, OTHER = "text", "a number", "true or false", ""

_CERTIFICATE = (
    "tls_version subject_local_certificate subject_peer_certificate dns_san_local_certificate "
    "dns_san_peer_certificate uri_san_local_certificate uri_san_peer_certificate "
    "sha256_peer_certificate_digest transport_failure_reason"
)
_BY_TYPE: dict[str, dict[str, str]] = {
    "request": {
        TEXT: "path url_path host scheme method referer useragent id protocol query",
        NUMBER: "size total_size",
        OTHER: "headers time duration",
    },
    "response": {
        TEXT: "code_details",
        NUMBER: "code flags grpc_status size total_size",
        OTHER: "headers trailers backend_latency",
    },
    "source": {TEXT: "address", NUMBER: "port"},
    "destination": {TEXT: "address", NUMBER: "port"},
    "connection": {
        TEXT: f"requested_server_name termination_details {_CERTIFICATE}",
        NUMBER: "id",
        FLAG: "mtls",
    },
    "upstream": {
        TEXT: f"address local_address {_CERTIFICATE}",
        NUMBER: "port request_attempt_count",
        OTHER: "cx_pool_ready_duration locality",
    },
    "xds": {
        TEXT: "cluster_name route_name virtual_host_name filter_chain_name",
        NUMBER: "listener_direction",
        OTHER: "node cluster_metadata listener_metadata route_metadata virtual_host_metadata "
        "upstream_host_metadata",
    },
}
ATTRIBUTES: dict[str, dict[str, str]] = {
    root: {name: kind for kind, names in by_type.items() for name in names.split()}
    for root, by_type in _BY_TYPE.items()
}
"""The type of each attribute, by the word before its dot."""

OPEN = frozenset({"metadata", "filter_state", "upstream_filter_state"})
"""Words below which anything may stand."""
