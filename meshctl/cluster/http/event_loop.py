"""Runs coroutines for callers that wait for them, in a thread that ends with its owner."""

import asyncio
import socket
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")
_TURNS_TO_CLOSE = 3  # sockets are closed a turn later than they are told to


class NetworkLoop(asyncio.SelectorEventLoop):
    """An event loop that waits for no name server when it has ended.

    What asyncio looks up itself runs in threads that a process waits for before it can exit.
    """

    async def getaddrinfo(  # noqa: PLR0913 - as asyncio has it
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - as asyncio names it
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """Look a name up as usual."""
        return await in_thread(lambda: socket.getaddrinfo(host, port, family, type, proto, flags))


class EventLoop:
    """An event loop in a thread of its own, which several threads may give work to.

    When nobody holds it any more, it does a last thing, and its thread ends. With the process it
    just ends.
    """

    def __init__(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._loop = NetworkLoop()
        self._thread = Thread(target=_run, args=(self._loop,), name="meshctl-cluster", daemon=True)
        self._thread.start()
        # A process that ends closes its connections anyway; threads that wait for us would complain.
        weakref.finalize(self, _close, self._loop, last).atexit = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Wait for a coroutine; it is cancelled when the caller is interrupted."""
        future = self.start(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine, to wait for it later or not at all."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)


def _run(loop: NetworkLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.close()


def _close(loop: NetworkLoop, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Begin the end; whoever drops an event loop, maybe another one, does not wait for it."""
    asyncio.run_coroutine_threadsafe(_end(loop, last), loop)


async def _end(loop: NetworkLoop, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    mine = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not mine]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    with suppress(Exception):
        await last()
    for _ in range(_TURNS_TO_CLOSE):
        await asyncio.sleep(0)
    loop.stop()


def run_here(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in this thread, for what is asked once."""
    with asyncio.Runner(loop_factory=NetworkLoop) as runner:
        return runner.run(work)


def bounded(call: Callable[[], T], seconds: float) -> T:
    """Run what knows no time limit of its own; raises ``TimeoutError`` after that time."""

    async def wait() -> T:
        async with asyncio.timeout(seconds):
            return await in_thread(call)

    return run_here(wait())


async def in_thread(call: Callable[[], T]) -> T:
    """Run what can't be awaited, nor ended, in a thread that nobody waits for at the end."""
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if outcome.done():
            return  # nobody waits any more
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, failure = None, None
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 - it is raised again, in the caller's thread
            failure = error
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, failure)

    Thread(target=run, daemon=True).start()
    return await outcome
