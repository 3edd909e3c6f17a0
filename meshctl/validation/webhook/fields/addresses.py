"""Checks addresses: an IP, a block of them, a Unix socket, a host with a port.

Mirrors the netip, path and net packages of Go as pkg/config/validation of Istio 1.31 uses them.
"""

from ipaddress import ip_address

from meshctl.lazy_pattern import lazy_pattern
from meshctl.words import quoted

UNIX = "unix://"

_BITS = lazy_pattern(r"0|[1-9][0-9]{0,2}")


def is_ip(text: str) -> bool:
    """Is it one IPv4 or IPv6 address?"""
    if not text[-1:].isdigit() and ":" not in text:
        return False  # the quick answer to the usual question
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def why_not_ip(text: str) -> str | None:
    """Say why a text is not one address."""
    return None if is_ip(text) else f"{quoted(text)} is not an IP address, such as 10.0.0.1 or ::1"


def why_not_block(text: str) -> str | None:
    """Say why a text is neither an address nor a block of them."""
    if "/" not in text:
        return why_not_ip(text)
    address, _, bits = text.partition("/")
    width = 128 if ":" in address else 32
    if "%" not in address and is_ip(address) and _BITS.fullmatch(bits) and int(bits) <= width:
        return None
    return f"{quoted(text)} is not a block of IP addresses, such as 10.0.0.0/8"


def why_not_socket(path: str) -> str | None:
    """Say why a text is not the path of a Unix socket; ``@name`` is an abstract one."""
    if path.startswith("@"):
        return None
    if not path:
        return f"{UNIX} names no path"
    if not path.startswith("/") or path.endswith("/"):
        return f"{quoted(path)} is not the full path of a socket, such as /run/app.sock"
    return None


def split_port(address: str) -> tuple[str, str] | None:
    """Split ``host:port`` and ``[ipv6]:port``; ``None`` for other forms (Go's SplitHostPort)."""
    host, colon, port = address.rpartition(":")
    if not colon:
        return None
    if host.startswith("["):
        host = host[1:]
        if not host.endswith("]"):
            return None
        host = host[:-1]
        return None if "[" in host or "]" in host + port else (host, port)
    return None if ":" in host or any(bracket in address for bracket in "[]") else (host, port)
