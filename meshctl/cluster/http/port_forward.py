"""Forwards a port of a pod through the API server, over a WebSocket.

The protocol is ``v4.channel.k8s.io``: each message starts with a channel, 0 for data and 1 for
errors, and the first message of both is the number of the port. The client of the ``kubernetes``
package knows no time limit and no impersonation, and loses errors in a thread of its own.
"""

import base64
import hashlib
import os
import selectors
import socket
import time
from contextlib import suppress
from threading import Thread
from typing import NamedTuple

from meshctl.cluster.http.connection import Socket, left

PROTOCOL = "v4.channel.k8s.io"
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUATION, _BINARY, _CLOSE, _PING, _PONG = 0, 2, 8, 9, 10
_DATA, _ERROR = 0, 1
_PIECE = 64 * 1024
_SHORT, _MEDIUM = 125, 0xFFFF


class Upgrade(NamedTuple):
    """A request to speak WebSocket, and the answer that proves it was understood."""

    headers: tuple[tuple[str, str], ...]
    accepted: str


def upgrade() -> Upgrade:
    """Make the headers of a new WebSocket."""
    key = base64.b64encode(os.urandom(16))
    accepted = base64.b64encode(hashlib.sha1(key + _GUID, usedforsecurity=False).digest())
    headers = (
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key.decode()),
        ("Sec-WebSocket-Protocol", PROTOCOL),
    )
    return Upgrade(headers, accepted.decode())


class PortForward:
    """One connection to a port of a pod; ``socket`` is its near end.

    The far end is closed ``timeout`` seconds after the last byte was sent, whatever comes back.
    ``failure`` says why it ended, if not as it should.
    """

    def __init__(self, connection: Socket, timeout: float) -> None:
        self.failure = ""
        self._wire, self._timeout = connection, timeout
        self._deadline = time.monotonic() + timeout
        self.socket, self._local = socket.socketpair()
        self._near = self.socket.dup()  # the caller may have put TLS around its own
        self._frames = Frames()
        self._greeted: set[int] = set()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the connection and the thread that carries its bytes."""
        with suppress(OSError):  # it has ended already
            self._near.shutdown(socket.SHUT_RDWR)
        self._near.close()
        self.socket.close()
        self._thread.join(self._timeout)

    def _run(self) -> None:
        try:
            self._carry()
        except TimeoutError:
            self.failure = self.failure or f"no whole answer in {self._timeout:g} s"
        except OSError as error:
            self.failure = self.failure or f"the connection was lost ({error})"
        finally:
            self._local.close()
            self._wire.close()

    def _carry(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wire, selectors.EVENT_READ)
            selector.register(self._local, selectors.EVENT_READ)
            while True:
                ready = [key.fileobj for key, _ in selector.select(left(self._deadline))]
                if not ready:
                    raise TimeoutError
                if self._local in ready and not self._send():
                    return
                if self._wire in ready and not self._receive():
                    return

    def _send(self) -> bool:
        """Pass bytes to the pod; false when the near end was closed."""
        data = self._local.recv(_PIECE)
        self._deadline = time.monotonic() + self._timeout
        self._wire.settimeout(self._timeout)
        if not data:
            self._wire.sendall(frame(b"", _CLOSE))
            return False
        self._wire.sendall(frame(bytes([_DATA]) + data))
        return True

    def _receive(self) -> bool:
        """Pass bytes from the pod; false when the far end was closed."""
        self._wire.settimeout(left(self._deadline))
        data = self._wire.recv(_PIECE)
        if not data:
            raise ConnectionResetError("the API server went away")
        while pending := getattr(self._wire, "pending", int)():
            data += self._wire.recv(pending)
        return all(self._take(opcode, message) for opcode, message in self._frames.feed(data))

    def _take(self, opcode: int, message: bytes) -> bool:
        if opcode == _PING:
            self._wire.sendall(frame(message, _PONG))
        if opcode == _CLOSE:
            return False
        if opcode != _BINARY or not message:
            return True
        channel, data = message[0], message[1:]
        if channel not in self._greeted:
            self._greeted.add(channel)  # the number of the port
        elif channel == _ERROR:
            self.failure += data.decode(errors="replace")
            return False
        elif channel == _DATA and not self.failure:
            self._local.settimeout(left(self._deadline))
            self._local.sendall(data)
            self._local.settimeout(None)
        return True


class Frames:
    """Cuts what arrives into messages (RFC 6455)."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._message = bytearray()
        self._opcode = _BINARY

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Add bytes; gives the opcode and content of each message that they complete."""
        self._bytes += data
        messages = []
        while (found := self._cut()) is not None:
            is_last, opcode, content = found
            if opcode >= _CLOSE:  # these come between the parts of a message, in one piece
                messages.append((opcode, content))
                continue
            if opcode != _CONTINUATION:
                self._opcode = opcode
            self._message += content
            if is_last:
                messages.append((self._opcode, bytes(self._message)))
                self._message.clear()
        return messages

    def _cut(self) -> tuple[bool, int, bytes] | None:
        have = self._bytes
        if len(have) < 2:  # noqa: PLR2004
            return None
        size, start = have[1] & 0x7F, 2
        if size > _SHORT:
            start = 4 if size == _SHORT + 1 else 10
            if len(have) < start:
                return None
            size = int.from_bytes(have[2:start], "big")
        if len(have) < start + size:
            return None
        content = bytes(have[start : start + size])
        is_last, opcode = bool(have[0] & 0x80), have[0] & 0x0F
        del have[: start + size]
        return is_last, opcode, content


def frame(content: bytes, opcode: int = _BINARY) -> bytes:
    """Write one message, masked as clients have to."""
    size = len(content)
    if size <= _SHORT:
        head = bytes([0x80 | opcode, 0x80 | size])
    elif size <= _MEDIUM:
        head = bytes([0x80 | opcode, 0xFE]) + size.to_bytes(2, "big")
    else:
        head = bytes([0x80 | opcode, 0xFF]) + size.to_bytes(8, "big")
    mask = os.urandom(4)
    key = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(content, "big") ^ int.from_bytes(key, "big")
    return head + mask + masked.to_bytes(size, "big")
