"""Forwards a port of a pod through the API server, over a WebSocket.

The protocol is ``v4.channel.k8s.io``: each message starts with a channel, 0 for data and 1 for
errors, and the first message of both is the number of the port. The client of the ``kubernetes``
package knows no time limit and no impersonation, and loses errors in a thread of its own.
"""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from meshctl.cluster.api import ClusterError, Kind, PodPort
from meshctl.cluster.http.body import read_start
from meshctl.cluster.http.client import LONGEST_ERROR, ApiClient, ApiRequest, breakages
from meshctl.cluster.http.connection import Deadline
from meshctl.cluster.http.errors import ApiAnswer, one_sentence
from meshctl.cluster.http.event_loop import EventLoop

if TYPE_CHECKING:
    import httpx
    from wsproto.events import CloseConnection, Event

PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1
_PIECE = 64 * 1024
_GOOD_ENDS = (1000, 1001, 1005)  # it is done, it goes away, it says nothing (RFC 6455, 7.4.1)
_LONGEST_FAILURE = 2000


@contextmanager
def forwarded(loop: EventLoop, client: ApiClient, place: PodPort) -> Iterator[socket.socket]:
    """Open a connection to a port of a pod, as from inside the pod.

    It ends when the time-out has passed since the last byte was sent.
    """
    response = loop.run(_upgraded(client, place))
    near, far = socket.socketpair()
    held = near.dup()  # the caller may have put TLS around its own
    forward = PortForward(response, far, client.access.timeout)
    work = loop.start(forward.carry())
    try:
        yield near
    except Exception as error:
        failure = forward.failure.strip()  # known before the near end notices
        if not failure:
            raise
        raise ClusterError(
            f"port {place.port} of pod {place.namespace}/{place.pod} cannot be reached: {failure}; "
            f"look at it with: kubectl describe pod {place.pod} -n {place.namespace}"
        ) from error
    finally:
        with suppress(OSError):  # it has ended already
            held.shutdown(socket.SHUT_RDWR)
        held.close()
        near.close()
        with suppress(TimeoutError):
            work.result(client.access.timeout)


def _path(place: PodPort) -> str:
    return Kind("", "v1", "pods", "Pod").path(place.namespace, place.pod) + "/portforward"


async def _upgraded(client: ApiClient, place: PodPort) -> "httpx.Response":
    """Ask for a connection that speaks WebSocket from here on."""
    from wsproto.utilities import generate_accept_token, generate_nonce

    nonce = generate_nonce()
    headers = (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", nonce.decode()),
        ("Sec-WebSocket-Protocol", PROTOCOL),
    )
    request = ApiRequest("GET", _path(place), {"ports": str(place.port)}, headers=headers)
    deadline = Deadline(client.access.timeout)
    try:
        sent = client.prepared(request)
        async with deadline.over(sent):
            response = await client.send(sent)
            try:
                await _agree(client, response, _path(place), generate_accept_token(nonce))
            except BaseException:
                await response.aclose()
                raise
            return response
    except breakages() as error:
        raise client.failure(error, request.path, deadline) from error


async def _agree(client: ApiClient, response: "httpx.Response", path: str, accepted: bytes) -> None:
    """Raise what was answered instead of a WebSocket."""
    if response.status_code != 101:  # noqa: PLR2004
        said = await read_start(response.aiter_raw(), response.headers, LONGEST_ERROR)
        client.asked.parsed(ApiAnswer(response.status_code, response.headers, said), path)
        raise ClusterError(
            f"the API server {client.asked.url} answers {response.status_code} and opens no "
            "port-forward; a proxy in between has to let WebSockets pass"
        )
    is_agreed = response.headers.get("sec-websocket-accept", "").encode() == accepted
    if not is_agreed or response.headers.get("sec-websocket-protocol") != PROTOCOL:
        raise ConnectionResetError(f"the other side does not speak {PROTOCOL}")


class PortForward:
    """Carries bytes between a WebSocket and a socket of ours.

    The far end is closed ``timeout`` seconds after the last byte was sent, whatever comes back.
    ``failure`` says why it ended, if not as it should.
    """

    def __init__(self, response: "httpx.Response", near: socket.socket, timeout: float) -> None:
        from wsproto.connection import Connection, ConnectionType

        self.failure = ""
        self._response, self._near, self._timeout = response, near, timeout
        self._wire = response.extensions["network_stream"]
        self._frames = Connection(ConnectionType.CLIENT)
        self._writing = asyncio.Lock()
        self._greeted: set[int] = set()
        self._channel: int | None = None  # of the message that is being read
        self._is_greeting = self._is_refused = False
        near.settimeout(0)

    async def carry(self) -> None:
        """Carry until a side ends."""
        try:
            async with asyncio.timeout(self._timeout) as limit:
                await self._until_an_end(limit)
        except TimeoutError:
            self._fail(f"no whole answer in {self._timeout:g} s")
        except _broken() as error:
            self._fail(f"the connection was lost ({one_sentence(error)})")
        finally:
            self._near.close()
            with suppress(*breakages()):
                await self._response.aclose()

    async def _until_an_end(self, limit: asyncio.Timeout) -> None:
        ways = [asyncio.create_task(self._send(limit)), asyncio.create_task(self._receive())]
        try:
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for each in ways:
                each.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _send(self, limit: asyncio.Timeout) -> None:
        """Pass bytes to the pod, until the near end is closed."""
        from wsproto.events import BytesMessage, CloseConnection

        loop = asyncio.get_running_loop()
        while data := await loop.sock_recv(self._near, _PIECE):
            limit.reschedule(loop.time() + self._timeout)
            await self._write(BytesMessage(bytes([_DATA]) + data))
        await self._write(CloseConnection(1000))

    async def _write(self, event: "Event") -> None:
        """Send a message whole: data and the answers to pings come from two tasks."""
        async with self._writing:
            await self._wire.write(self._frames.send(event))

    async def _receive(self) -> None:
        """Pass bytes from the pod, until the far end is closed."""
        from wsproto.events import BytesMessage, CloseConnection, Ping

        while data := await self._wire.read(_PIECE):
            self._frames.receive_data(data)
            for event in self._frames.events():
                if isinstance(event, CloseConnection):
                    _expect_good_end(event)
                    return
                if isinstance(event, Ping):
                    await self._write(event.response())
                elif isinstance(event, BytesMessage):
                    await self._take(bytes(event.data), is_last=event.message_finished)
                    if self._is_refused:
                        return
        raise ConnectionResetError("the API server went away")

    async def _take(self, data: bytes, *, is_last: bool) -> None:
        """Take the next piece of a message; its first byte is the channel."""
        if self._channel is None and data:
            self._channel, data = data[0], data[1:]
            self._is_greeting = self._channel not in self._greeted  # the number of the port
            self._greeted.add(self._channel)
        if self._channel == _ERROR and not self._is_greeting:
            self.failure = (self.failure + data.decode(errors="replace"))[:_LONGEST_FAILURE]
            self._is_refused = is_last or len(self.failure) == _LONGEST_FAILURE
        elif self._channel == _DATA and not self._is_greeting:
            await asyncio.get_running_loop().sock_sendall(self._near, data)
        if is_last:
            self._channel = None

    def _fail(self, reason: str) -> None:
        self.failure = self.failure or reason


def _expect_good_end(event: "CloseConnection") -> None:
    """Raise what the other side complains of, or wsproto of the other side."""
    if event.code not in _GOOD_ENDS:
        raise ConnectionResetError(f"closed with {event.code}: {event.reason or 'no reason'}")


def _broken() -> tuple[type[Exception], ...]:
    from wsproto.utilities import ProtocolError

    return *breakages(), ProtocolError
