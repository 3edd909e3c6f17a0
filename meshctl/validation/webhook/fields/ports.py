"""Checks ports: number, name, protocol.

Protocols as in Parse of pkg/config/protocol/instance.go, Istio 1.31.
"""

from collections.abc import Iterator

from meshctl.resources.view import Ref, View
from meshctl.validation.faults import Fault
from meshctl.validation.webhook.answers import refuse
from meshctl.validation.webhook.fields.hosts import is_label
from meshctl.words import quoted

LAST_PORT = 65535

HTTP_PROTOCOLS = frozenset({"http", "http2", "http_proxy", "grpc", "grpc-web"})
TLS_PROTOCOLS = frozenset({"https", "tls"})
TCP_PROTOCOLS = TLS_PROTOCOLS | {"tcp", "mongo", "redis", "mysql"}
PROTOCOLS = HTTP_PROTOCOLS | TCP_PROTOCOLS | {"udp"}


def protocol_of(port: View) -> str:
    """Read the protocol of a port, in small letters."""
    return port.text("protocol").lower()


def why_not_port(number: int) -> str | None:
    """Say why a number is not that of a port."""
    return (
        None if 1 <= number <= LAST_PORT else f"{number} is not a port; ports are 1 to {LAST_PORT}"
    )


def why_not_port_name(name: str) -> str | None:
    """Say why a text cannot name a port."""
    if is_label(name):
        return None
    return (
        f"{quoted(name)} cannot name a port; allowed: letters, digits and inner dashes, 63 at most"
    )


def why_not_protocol(protocol: str) -> str | None:
    """Say why a text is not a protocol that Istio knows."""
    if protocol.lower() in PROTOCOLS:
        return None
    known = ", ".join(sorted(name.upper() for name in PROTOCOLS))
    return f"{quoted(protocol)} is not a protocol that Istio knows: {known}"


def check_number(port: View, key: str = "number") -> Iterator[Fault]:
    """Check the number of a port; a missing one reads as 0."""
    if why := why_not_port(port.number(key) or 0):
        yield refuse(port.at(key), why)


def check_optional_number(port: View, key: str) -> Iterator[Fault]:
    """Check the number of a port, unless it is missing or 0."""
    if port.number(key):
        yield from check_number(port, key)


def check_name(place: Ref, name: str) -> Iterator[Fault]:
    """Check the name of a port."""
    if why := why_not_port_name(name):
        yield refuse(place, why)


def check_protocol(port: View) -> Iterator[Fault]:
    """Check the protocol of a port; without one, Istio finds out by itself."""
    protocol = port.text("protocol")
    if protocol and (why := why_not_protocol(protocol)):
        yield refuse(port.at("protocol"), why)
