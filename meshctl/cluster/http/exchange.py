"""Exchanges one HTTP request and answer over a connection that is already open."""

import socket
from collections.abc import Iterator, Mapping
from http.client import HTTPException, HTTPResponse
from time import monotonic
from types import MappingProxyType
from typing import NamedTuple

from meshctl.cluster.api import ClusterError
from meshctl.cluster.http.connection import OpenConnection, left

_CHUNK = 1 << 18


class HttpRequest(NamedTuple):
    """What is asked; ``host`` is the name that the server goes by."""

    method: str
    path: str
    host: str = "localhost"
    headers: Mapping[str, str] = MappingProxyType({})
    body: bytes | None = None


class HttpAnswer(NamedTuple):
    """The status and the whole body of an answer."""

    status: int
    body: bytes


def exchange(connection: socket.socket, request: HttpRequest, timeout: float) -> HttpAnswer:
    """Send one request; the answer must be complete after ``timeout`` seconds.

    Raises ``ClusterError`` for whatever is no whole HTTP answer in time; every status is an answer.
    """
    deadline = monotonic() + timeout
    http = OpenConnection(request.host, None, connection)
    try:
        connection.settimeout(timeout)
        headers = {"Connection": "close", **request.headers}
        http.request(request.method, request.path, request.body, headers)
        connection.settimeout(left(deadline))
        response = http.getresponse()
        content = b"".join(_chunks(response, connection, deadline))
    except TimeoutError:
        raise ClusterError(
            f"no whole answer to {request.path} within {timeout:g} s; try a longer --timeout"
        ) from None
    except (HTTPException, OSError) as error:
        reason = str(error).strip() or type(error).__name__
        raise ClusterError(f"the answer to {request.path} broke off: {reason}") from None
    if response.length:
        raise ClusterError(f"the answer to {request.path} broke off after {len(content):,} bytes")
    return HttpAnswer(response.status, content)


def _chunks(response: HTTPResponse, connection: socket.socket, deadline: float) -> Iterator[bytes]:
    """Read the body: a slow server may send a byte now and then, but it has one deadline."""
    while chunk := response.read1(_CHUNK):
        yield chunk
        connection.settimeout(left(deadline))
