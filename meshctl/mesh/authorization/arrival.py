"""What a server's proxy knows of a connection and of the request on it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_NOTHING: Mapping[str, str] = MappingProxyType({})


class HttpRequest(NamedTuple):
    """A request as its bytes say it; ``host`` is the authority with its port, if one is written.

    ``path`` includes the query. ``claims`` are those of a valid token in the header
    Authorization, ``None`` where there is none. Names of headers are in lower case.
    """

    host: str
    method: str = "GET"
    path: str = "/"
    headers: Mapping[str, str] = _NOTHING
    claims: Mapping[str, Any] | None = None

    @property
    def bare_path(self) -> str:
        """The path without query and fragment."""
        return self.path.partition("?")[0].partition("#")[0]


class Arrival(NamedTuple):
    """A connection at a proxy, and the request if it is read as HTTP.

    ``principal`` is the identity of the client without ``spiffe://``; only mutual TLS that ends
    here has one. ``port`` is the one of the container. Addresses that are unknown are empty.
    """

    port: int
    principal: str | None = None
    source_ip: str = ""
    remote_ip: str = ""
    destination_ip: str = ""
    sni: str = ""
    http: HttpRequest | None = None
    claims: Mapping[str, Any] | None = None
    """The claims that a RequestAuthentication of the workload has accepted."""
