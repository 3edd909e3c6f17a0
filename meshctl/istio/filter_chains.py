"""What the filter chains of sidecars ask connections for, and the names that they have.

pilot/pkg/networking/core (filterchain_options.go, listener.go, listener_inbound.go, listener_builder.go,
listener_waypoint.go), pilot/pkg/model/listener.go and pilot/pkg/networking/util, Istio 1.31.
"""

RAW = "raw_buffer"
TLS = "tls"
PLAIN_HTTP_ALPN = ("http/1.0", "http/1.1", "h2c")
MESH_HTTP_ALPN = ("istio-http/1.0", "istio-http/1.1", "istio-h2")
MESH_TCP_ALPN = ("istio-peer-exchange", "istio")
MESH_ALPN = ("istio", "istio-peer-exchange", *MESH_HTTP_ALPN)

BLACKHOLE = "virtualInbound-blackhole"
INBOUND_NAMES = ("virtualInbound", "virtualInbound-catchall-http", BLACKHOLE, "default")
"""Names of chains that are for no port of a Service; those others are called as ``0.0.0.0_8080``."""
OUTBOUND_NAMES = (
    "PassthroughFilterChain", "virtualOutbound-blackhole", "virtualOutbound-catchall-tcp",
    "virtualOutbound-catchall-tcp-http",
)  # fmt: skip
"""Names of chains for what no Service takes; those of Services have none."""
INBOUND_LISTENERS = frozenset({"virtualInbound", "main_internal", "connect_terminate"})
"""Names of the listeners for what comes in to a sidecar, unless a Sidecar writes some, and iptables lead to it."""
