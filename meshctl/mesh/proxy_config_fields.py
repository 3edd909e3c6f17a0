"""Which settings does ProxyConfig have? (mesh/v1alpha1/proxy.proto of istio.io/api, Istio 1.31)"""

import re
from collections.abc import Iterable

FIELDS = (
    "configPath", "binaryPath", "serviceCluster", "tracingServiceName", "drainDuration",
    "discoveryAddress", "zipkinAddress", "statsdUdpAddress", "proxyAdminPort",
    "controlPlaneAuthPolicy", "customConfigFile", "statNameLength", "concurrency",
    "proxyBootstrapTemplatePath", "interceptionMode", "tracing", "envoyAccessLogService",
    "envoyMetricsService", "proxyMetadata", "runtimeValues", "statusPort", "extraStatTags",
    "gatewayTopology", "terminationDrainDuration", "meshId", "readinessProbe",
    "proxyStatsMatcher", "holdApplicationUntilProxyStarts", "caCertificatesPem", "image",
    "privateKeyProvider", "proxyHeaders", "fileFlushInterval", "fileFlushMinSizeKb",
    "statsEvictionInterval", "connectionSettings",
)  # fmt: skip
"""In the order of their declaration."""
_SNAKE = re.compile(r"_([a-z0-9])")


def camel(name: str) -> str:
    """Write a field's name as JSON has it; YAML may have it as protobuf does, ``stat_name``."""
    return _SNAKE.sub(lambda match: match[1].upper(), name)


def unknown_field(names: Iterable[object]) -> str | None:
    """Name the first that is no field of ProxyConfig."""
    return next((str(name) for name in names if camel(str(name)) not in FIELDS), None)
