"""The fields of ProxyConfig (mesh/v1alpha1/proxy.proto of istio.io/api, Istio 1.31)."""

import re
from collections.abc import Callable, Iterable
from typing import Any

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
_REMOTE = ("address", "tlsSettings", "tcpKeepalive")
NESTED = {
    "envoyAccessLogService": _REMOTE,
    "envoyMetricsService": _REMOTE,
    "gatewayTopology": ("numTrustedProxies", "forwardClientCertDetails", "proxyProtocol"),
    "proxyStatsMatcher": ("inclusionPrefixes", "inclusionSuffixes", "inclusionRegexps"),
    "tracing": (
        "zipkin", "lightstep", "datadog", "stackdriver", "openCensusAgent", "customTags",
        "maxPathTagLength", "sampling", "tlsSettings", "enableIstioTags",
    ),
}  # fmt: skip
"""The fields of those settings that have some of their own, likewise."""
MAPS = frozenset({"customTags", "proxyMetadata", "runtimeValues"})
"""Settings whose keys are the user's."""
DURATIONS = frozenset(
    {"drainDuration", "terminationDrainDuration", "fileFlushInterval", "statsEvictionInterval"}
)
DURATION = re.compile(r"(\d+)(?:\.(\d{1,9}))?s")
NUMBERS = frozenset(
    {"concurrency", "fileFlushMinSizeKb", "proxyAdminPort", "statNameLength", "statusPort"}
)
"""Numbers, which protobuf also reads from text."""
_TEXTS = frozenset({
    "configPath", "binaryPath", "serviceCluster", "discoveryAddress", "zipkinAddress",
    "statsdUdpAddress", "customConfigFile", "proxyBootstrapTemplatePath", "meshId",
})  # fmt: skip
_MESSAGES = NESTED.keys() | {"image", "privateKeyProvider", "proxyHeaders", "runtimeValues"}


def _is_whole(value: Any) -> bool:
    is_digits = isinstance(value, str) and value.removeprefix("-").isdecimal()
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_digits or (is_number and value == value // 1)


def _is_duration(value: Any) -> bool:
    return isinstance(value, str) and DURATION.fullmatch(value) is not None


def _is_metadata(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


_TYPES: tuple[tuple[Iterable[str], str, Callable[[Any], bool]], ...] = (
    (NUMBERS, "a whole number", _is_whole),
    (DURATIONS, "a duration such as 45s", _is_duration),
    (_TEXTS, "text; quote it", lambda value: isinstance(value, str)),
    ({"holdApplicationUntilProxyStarts"}, "true or false", lambda value: isinstance(value, bool)),
    ({"proxyMetadata"}, "a mapping whose values are text; quote them", _is_metadata),
    (_MESSAGES, "a mapping", lambda value: isinstance(value, dict)),
)
_SNAKE = re.compile(r"_([a-z0-9])")


def camel(name: str) -> str:
    """Write a field's name as JSON has it; YAML may have it as protobuf does, ``stat_name``."""
    return _SNAKE.sub(lambda match: match[1].upper(), name)


def unknown_field(names: Iterable[object]) -> str | None:
    """Name the first that is no field of ProxyConfig."""
    return next((str(name) for name in names if camel(str(name)) not in FIELDS), None)


def wrong_type(name: str, value: Any) -> str:
    """Say what a setting should be when protobuf can't read it; empty where it can."""
    kinds = ((wanted, accepts) for names, wanted, accepts in _TYPES if name in names)
    wanted, accepts = next(kinds, ("", None))
    return wanted if accepts is not None and not accepts(value) else ""
