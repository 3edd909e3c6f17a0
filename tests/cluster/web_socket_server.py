"""The server's half of a WebSocket, as the port-forward of an API server speaks it."""

import base64
import hashlib
import select
import socket
import ssl
import struct
from collections.abc import Callable

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_BINARY, _CLOSE, _PING, _PONG = 2, 8, 9, 10
_PIECE = 32 * 1024

Application = Callable[[socket.socket], None]


def accept_key(key: str) -> str:
    """Answer ``Sec-WebSocket-Key``."""
    return base64.b64encode(hashlib.sha1((key + _GUID).encode()).digest()).decode()  # noqa: S324


class WebSocketServer:
    """Frames over a connection whose upgrade was answered."""

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self.connection = connection

    def receive(self) -> tuple[int, bytes]:
        """Read one frame, unmasked."""
        first, second = self._exactly(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self._exactly(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self._exactly(8))
        assert second & 0x80, "clients have to mask their frames"
        mask = self._exactly(4)
        data = self._exactly(size)
        key = (mask * (size // 4 + 1))[:size]
        plain = int.from_bytes(data, "big") ^ int.from_bytes(key, "big")
        return first & 0x0F, plain.to_bytes(size, "big")

    def send(self, data: bytes, opcode: int = _BINARY) -> None:
        """Write one frame."""
        head = bytes([0x80 | opcode])
        if len(data) < 126:
            head += bytes([len(data)])
        elif len(data) < 65536:
            head += bytes([126]) + struct.pack(">H", len(data))
        else:
            head += bytes([127]) + struct.pack(">Q", len(data))
        self.connection.sendall(head + data)

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self.connection.recv(size - len(data))
            if not piece:
                raise ConnectionResetError("the client went away")
            data += piece
        return bytes(data)


def forward_port(
    web: WebSocketServer, port: int, local: socket.socket, *, dropped_after: int | None = None
) -> None:
    """Carry one port between the WebSocket and a local socket until a side ends.

    ``dropped_after`` bytes from the pod the connection is torn down without a word.
    """
    number = struct.pack("<H", port)
    web.send(b"\0" + number)
    web.send(b"\1" + number)
    sent = 0
    while True:
        if not web.connection.pending():
            ready, _, _ = select.select([web.connection, local], [], [])
        else:
            ready = [web.connection]
        if web.connection in ready:
            opcode, data = web.receive()
            if opcode == _CLOSE:
                return
            if opcode == _PING:
                web.send(data, _PONG)
            elif opcode == _BINARY and data[:1] == b"\0":
                local.sendall(data[1:])
        if local in ready:
            piece = local.recv(_PIECE)
            if dropped_after is not None:
                piece = piece[: dropped_after - sent]
                if not piece:
                    return
            if not piece:
                web.send(b"", _CLOSE)
                return
            web.send(b"\0" + piece)
            sent += len(piece)


def refuse_port(web: WebSocketServer, port: int, reason: str) -> None:
    """Say on the error channel why nothing answers."""
    number = struct.pack("<H", port)
    web.send(b"\0" + number)
    web.send(b"\1" + number)
    web.send(b"\1" + reason.encode())
    web.send(b"", _CLOSE)
