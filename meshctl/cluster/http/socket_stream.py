"""Lets the HTTP client speak over a socket that is already open."""
# ruff: noqa: ARG002, ASYNC109 - it answers to the calls of httpcore

import asyncio
import socket
import ssl
from typing import Any

import httpcore


class SocketStream(httpcore.AsyncNetworkStream):
    """A connected socket, as httpcore reads and writes it; the deadline is around its use."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there; nothing at the end."""
        return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write everything."""
        self._writer.write(buffer)
        await self._writer.drain()

    async def aclose(self) -> None:
        """End the connection at once."""
        self._writer.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "SocketStream":
        """Speak TLS from here on."""
        await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        return self

    def get_extra_info(self, info: str) -> Any:
        """Nothing is known."""


async def socket_stream(connection: socket.socket) -> SocketStream:
    """Take over a socket that is connected."""
    connection.settimeout(0)
    return SocketStream(*await asyncio.open_connection(sock=connection))
