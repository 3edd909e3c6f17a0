"""The clusters that proxies have whatever the mesh says.

Those of the bootstrap (tools/packaging/common/envoy_bootstrap.json) and those that istiod adds to all
(pilot/pkg/networking/util/util.go), Istio 1.31.
"""

BUILT_IN_CLUSTERS = frozenset(
    {
        "prometheus_stats", "agent", "sds-grpc", "sds-files-grpc", "xds-grpc", "zipkin", "lightstep",
        "datadog_agent", "envoy_metrics_service", "envoy_accesslog_service", "local_cluster",
        "BlackHoleCluster", "PassthroughCluster", "AllowAnyDynamicDNSCluster", "InboundPassthroughCluster",
        "InboundPassthroughClusterIpv4", "InboundPassthroughClusterIpv6", "connect_originate", "encap",
        "main_internal",
    }
)  # fmt: skip
"""Their names."""
