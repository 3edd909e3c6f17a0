"""Carries messages between two processes of this program, as they come."""

import asyncio
import marshal
import os
import struct
from collections.abc import Iterator
from threading import Lock
from typing import Any

_HEAD = struct.Struct(">I")
_CHUNK = 1 << 18
_PAUSE = 0.05


class Sender:
    """The end of a pipe that messages go into; any thread may send, and waits for room."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = Lock()

    def send(self, message: Any) -> None:
        """Send plain data; raises BrokenPipeError once nobody reads any more."""
        left = _framed(message)
        with self._lock:
            while left:
                left = left[os.write(self._descriptor, left) :]

    async def send_later(self, message: Any) -> None:
        """Send plain data without holding an event loop up; for the only sender of a pipe."""
        left = _framed(message)
        os.set_blocking(self._descriptor, False)
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except BlockingIOError:
                await asyncio.sleep(_PAUSE)

    def close(self) -> None:
        """Send no more."""
        os.close(self._descriptor)


class Receiver:
    """The end of a pipe that messages come out of."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._pending = bytearray()

    def receive(self) -> list[Any] | None:
        """Take what is there, and wait for it if nothing is; ``None`` at the end of the pipe."""
        try:
            piece = os.read(self.descriptor, _CHUNK)
        except BlockingIOError:
            return []
        if not piece:
            return None
        self._pending += piece
        return list(self._complete())

    def __iter__(self) -> Iterator[Any]:
        while (found := self.receive()) is not None:
            yield from found

    def _complete(self) -> Iterator[Any]:
        start = 0
        while len(self._pending) - start >= _HEAD.size:
            (size,) = _HEAD.unpack_from(self._pending, start)
            end = start + _HEAD.size + size
            if len(self._pending) < end:
                break
            body = self._pending[start + _HEAD.size : end]
            yield marshal.loads(body)  # noqa: S302 - from our own process
            start = end
        del self._pending[:start]


def _framed(message: Any) -> memoryview:
    body = marshal.dumps(message)
    return memoryview(_HEAD.pack(len(body)) + body)


def pipe() -> tuple[Receiver, Sender]:
    """Open a pipe; the process that doesn't use an end has to close it."""
    reader, writer = os.pipe()
    return Receiver(reader), Sender(writer)
