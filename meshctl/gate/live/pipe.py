"""Carries messages between two processes of this program, as they come."""

import asyncio
import marshal
import os
import struct
from collections.abc import AsyncIterator, Callable, Iterator
from select import select
from threading import Lock
from typing import Any

_HEAD = struct.Struct(">I")
_CHUNK = 1 << 18


class Sender:
    """The end of a pipe that messages go into; any thread may send, and waits for room."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._lock = Lock()

    def send(self, message: Any) -> None:
        """Send plain data; raises BrokenPipeError once nobody reads any more."""
        left = _framed(message)
        with self._lock:
            while left:
                left = left[os.write(self.descriptor, left) :]

    async def send_later(self, message: Any) -> None:
        """Send plain data without holding an event loop up; for the only sender of a pipe."""
        left = _framed(message)
        os.set_blocking(self.descriptor, False)
        while left:
            try:
                left = left[os.write(self.descriptor, left) :]
            except BlockingIOError:
                await self._room()

    async def _room(self) -> None:
        """Wait until the pipe takes more."""
        loop, there_is = asyncio.get_running_loop(), asyncio.Event()
        loop.add_writer(self.descriptor, there_is.set)
        try:
            await there_is.wait()
        finally:
            loop.remove_writer(self.descriptor)

    def close(self) -> None:
        """Send no more."""
        os.close(self.descriptor)


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

    async def arriving(self) -> AsyncIterator[list[Any]]:
        """Walk what comes, without holding an event loop up, until the end of the pipe."""
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        os.set_blocking(self.descriptor, False)
        loop.add_reader(self.descriptor, arrived.set)
        try:
            while True:
                await arrived.wait()
                arrived.clear()
                found = self.receive()
                if found is None:
                    return
                yield found
        finally:
            loop.remove_reader(self.descriptor)

    def __iter__(self) -> Iterator[Any]:
        while (found := self.receive()) is not None:
            yield from found

    def until_quiet(self, seconds: float, then: Callable[[], object]) -> Iterator[Any]:
        """Walk what comes, and do something each time that nothing has come for a while."""
        while True:
            if not select([self.descriptor], [], [], seconds)[0]:
                then()
            found = self.receive()
            if found is None:
                return
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
