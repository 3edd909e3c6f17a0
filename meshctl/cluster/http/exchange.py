"""Exchanges one HTTP request and answer with a server that is no API server."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import SplitResult

from meshctl import __version__
from meshctl.cluster.api import ClusterError
from meshctl.cluster.extra import expect_packages
from meshctl.cluster.http.body import TooLongError, read_body
from meshctl.cluster.http.client import breakages
from meshctl.cluster.http.connection import (
    ApiServerAddress,
    Deadline,
    open_client,
    tls_context,
)
from meshctl.cluster.http.errors import cause_of, one_sentence
from meshctl.cluster.http.event_loop import run_here

if TYPE_CHECKING:
    from httpcore import AsyncNetworkStream


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


class Tls(NamedTuple):
    """TLS over a connection that is already open, with a server of this name."""

    context: ssl.SSLContext
    server: str


class NoConnectionError(OSError):
    """Nothing answers at an address, or not so that it can be trusted; the text says why."""


def exchange(
    connection: socket.socket, request: HttpRequest, timeout: float, tls: Tls | None = None
) -> HttpAnswer:
    """Send one request over an open connection; the answer must be complete after ``timeout`` s.

    Raises ``ClusterError`` for whatever is no whole HTTP answer in time; every status is an answer.
    Raises ``NoConnectionError`` where TLS does not come about.
    """
    return run_here(_over(connection, request, timeout, tls))


def fetch(
    url: SplitResult, request: HttpRequest, timeout: float, context: ssl.SSLContext | None = None
) -> HttpAnswer:
    """Connect to a server, and exchange as over an open connection, all in ``timeout`` seconds.

    Without a context https:// is trusted as the system trusts it.
    """
    expect_packages()
    if context is None and url.scheme == "https":
        context = tls_context(None, None, None, is_verified=True)
    return run_here(_fetch(ApiServerAddress(url, context), request, timeout))


def get(path: str, token: str = "") -> HttpRequest:
    """Make a request for a path, of who has a token."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return HttpRequest("GET", path, headers=headers)


async def _over(
    connection: socket.socket, request: HttpRequest, seconds: float, tls: Tls | None
) -> HttpAnswer:
    import httpcore  # noqa: PLC0415 - as httpx, which it belongs to

    from meshctl.cluster.http.socket_stream import socket_stream  # noqa: PLC0415 - as httpcore

    stream = await socket_stream(connection)
    origin = httpcore.URL(scheme="http", host=request.host, port=80, target=request.path)
    client = httpcore.AsyncHTTP11Connection(origin.origin, stream)
    headers = {"Host": request.host, "Connection": "close", **_headers(request)}
    sent = httpcore.Request(
        request.method, origin, headers=[*headers.items()], content=request.body
    )
    with _explained(request.path, seconds):
        try:
            async with asyncio.timeout(seconds):
                if tls is not None:
                    await _secure(stream, tls)
                answer = await client.handle_async_request(sent)
                headers = {
                    name.decode().lower(): value.decode("latin-1") for name, value in answer.headers
                }
                body = await read_body(answer.aiter_stream(), headers)
                return HttpAnswer(answer.status, body)
        finally:
            await stream.aclose()


async def _fetch(endpoint: ApiServerAddress, request: HttpRequest, seconds: float) -> HttpAnswer:
    deadline = Deadline(seconds)
    with _explained(request.path, seconds, deadline):
        async with open_client(endpoint, keeps_connections=False) as client:
            sent = client.build_request(
                request.method,
                endpoint.target(request.path),
                headers=_headers(request),
                content=request.body,
            )
            async with deadline.over(sent):
                response = await client.send(sent, stream=True, auth=None)
                body = await read_body(response.aiter_raw(), response.headers)
                return HttpAnswer(response.status_code, body)


def _headers(request: HttpRequest) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity", "User-Agent": f"meshctl/{__version__}"}
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    return {**headers, **request.headers}


@contextmanager
def _explained(path: str, timeout: float, deadline: Deadline | None = None) -> Iterator[None]:
    try:
        yield
    except NoConnectionError:
        raise
    except breakages() as error:
        if deadline is not None and not deadline.is_connected:
            reason = one_sentence(cause_of(error))
            raise NoConnectionError(reason) from error
        if isinstance(error, TimeoutError):
            message = f"no whole answer to {path} within {timeout:g} s; try a longer --timeout"
        elif isinstance(error, TooLongError):
            message = f"the answer to {path} has {error}, which makes no sense"
        else:
            message = f"the answer to {path} broke off: {one_sentence(cause_of(error))}"
        raise ClusterError(message) from None


async def _secure(stream: "AsyncNetworkStream", tls: Tls) -> None:
    try:
        await stream.start_tls(*tls)
    except OSError as error:
        raise NoConnectionError(one_sentence(error)) from error
