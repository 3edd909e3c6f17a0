"""Tells the protocol of a port by its name, appProtocol or number.

Mirrors pkg/config/kube/conversion.go and pkg/config/protocol/instance.go of Istio 1.31.
"""

from enum import StrEnum


class Protocol(StrEnum):
    """What istiod thinks a port speaks; ``AUTO`` is sniffed from the first bytes."""

    HTTP = "HTTP"
    HTTP2 = "HTTP2"
    GRPC = "GRPC"
    GRPC_WEB = "GRPC-Web"
    HTTPS = "HTTPS"
    TLS = "TLS"
    TCP = "TCP"
    MONGO = "Mongo"
    MYSQL = "MySQL"
    REDIS = "Redis"
    HBONE = "HBONE"
    DOUBLE_HBONE = "DoubleHBONE"
    UDP = "UDP"
    AUTO = "auto"

    @property
    def is_http(self) -> bool:
        """Is it routed as HTTP?"""
        return self in _HTTP

    @property
    def may_be_http(self) -> bool:
        """Are requests read here: is it HTTP, or does the proxy look at what comes first?"""
        return self in _HTTP or self is Protocol.AUTO

    @property
    def is_tls(self) -> bool:
        """Is it encrypted by the application, so routed by SNI?"""
        return self in {Protocol.HTTPS, Protocol.TLS}


_HTTP = frozenset({Protocol.HTTP, Protocol.HTTP2, Protocol.GRPC, Protocol.GRPC_WEB})

_BY_NAME = {protocol.value.lower(): protocol for protocol in Protocol if protocol != "auto"}

_BY_APP_PROTOCOL = {
    "kubernetes.io/h2c": Protocol.HTTP2,
    "kubernetes.io/ws": Protocol.HTTP,
    "kubernetes.io/wss": Protocol.HTTPS,
    "istio.io/hbone": Protocol.HBONE,
}

APP_PROTOCOLS = frozenset(_BY_NAME.keys() | _BY_APP_PROTOCOL.keys())
"""What istiod knows as ``appProtocol``, in small letters."""

# Server-first protocols by well-known number: sniffing them would hang.
_BY_NUMBER = {25: Protocol.TCP, 53: Protocol.TCP, 3306: Protocol.TCP, 27017: Protocol.TCP}


def parse_protocol(text: str) -> Protocol | None:
    """Read a protocol word as Istio does, ignoring case; ``None`` for an unknown one."""
    return _BY_NAME.get(text.lower())


class ProtocolChoice(StrEnum):
    """What decided about the protocol of a Service port."""

    TRANSPORT = "protocol"
    APP_PROTOCOL = "appProtocol"
    NAME = "name"
    NUMBER = "number"
    DETECTION = "detection"
    """Nothing did: it is sniffed from the first bytes."""


def port_protocol(
    name: str, number: int, transport: str = "TCP", app_protocol: str | None = None
) -> Protocol:
    """Decide what a Service port speaks: appProtocol, then the name's prefix, then the number."""
    return chosen_protocol(name, number, transport, app_protocol)[0]


def chosen_protocol(
    name: str, number: int, transport: str = "TCP", app_protocol: str | None = None
) -> tuple[Protocol, ProtocolChoice]:
    """Decide what a Service port speaks, and say by what; an unknown appProtocol decides, too."""
    if transport == "UDP":
        return Protocol.UDP, ProtocolChoice.TRANSPORT
    if app_protocol is not None:
        known = _BY_APP_PROTOCOL.get(app_protocol) or parse_protocol(app_protocol)
        return known or Protocol.AUTO, ProtocolChoice.APP_PROTOCOL
    if name.startswith("grpc-web"):
        return Protocol.GRPC_WEB, ProtocolChoice.NAME
    named = parse_protocol(name.partition("-")[0])
    if named is not None and named is not Protocol.UDP:
        return named, ProtocolChoice.NAME
    if number in _BY_NUMBER:
        return _BY_NUMBER[number], ProtocolChoice.NUMBER
    return Protocol.AUTO, ProtocolChoice.DETECTION


GRPC_STATUS = {
    "OK": 0, "CANCELLED": 1, "UNKNOWN": 2, "INVALID_ARGUMENT": 3, "DEADLINE_EXCEEDED": 4,
    "NOT_FOUND": 5, "ALREADY_EXISTS": 6, "PERMISSION_DENIED": 7, "RESOURCE_EXHAUSTED": 8,
    "FAILED_PRECONDITION": 9, "ABORTED": 10, "OUT_OF_RANGE": 11, "UNIMPLEMENTED": 12,
    "INTERNAL": 13, "UNAVAILABLE": 14, "DATA_LOSS": 15, "UNAUTHENTICATED": 16,
}  # fmt: skip
"""The statuses of gRPC with their numbers (``SupportedGRPCStatus``, pkg/util/grpc, Istio 1.31)."""


RAW = "raw_buffer"
TLS = "tls"
PLAIN_HTTP_ALPN = ("http/1.0", "http/1.1", "h2c")
MESH_HTTP_ALPN = ("istio-http/1.0", "istio-http/1.1", "istio-h2")
MESH_TCP_ALPN = ("istio-peer-exchange", "istio")
MESH_ALPN = ("istio", "istio-peer-exchange", *MESH_HTTP_ALPN)
"""What filter chains ask connections for: transports, and protocols by ALPN (pilot/pkg/networking/core/
filterchain_options.go, Istio 1.31)."""
