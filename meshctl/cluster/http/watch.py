"""Watches kinds: lists them, then streams their changes, and lists again where some may be missed.

A watch ends every few minutes by itself and goes on where it was. The server says 410 when it has
forgotten that place (kubernetes.io/docs/reference/using-api/api-concepts, Kubernetes 1.34).
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from time import monotonic
from typing import TYPE_CHECKING, Any, Self

from meshctl.cluster.api import Changed, ClusterError, Current, Listed, Lost, WatchEvent
from meshctl.cluster.http.body import TooLongError, parse_json, read_start, unpacked
from meshctl.cluster.http.client import LONGEST_ERROR, ApiClient, ApiRequest, breakages
from meshctl.cluster.http.connection import Deadline
from meshctl.cluster.http.errors import ApiAnswer
from meshctl.cluster.http.event_loop import EventLoop
from meshctl.cluster.http.lists import ListOf, pages
from meshctl.words import one_line, quoted

if TYPE_CHECKING:
    import httpx

_WATCH_SECONDS = 120
_LONGEST_LINE = 16 * 1024 * 1024
_MOST_WAITING = 1000
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_LONG = 10.0
_START_AGAIN = (401, 410)  # credentials are renewed by a list
_CHANGES = {"ADDED": False, "MODIFIED": False, "DELETED": True}

Object = dict[str, Any]


class GoneError(ClusterError):
    """The API server has forgotten the place from which a watch should go on."""


class KindsWatch:
    """Watches some kinds at once; an iterator for one thread, which any thread may close."""

    def __init__(self, loop: EventLoop, client: ApiClient, wanted: Sequence[ListOf]) -> None:
        self._loop, self._client, self._wanted = loop, client, wanted
        self._events: asyncio.Queue[WatchEvent | None] = asyncio.Queue(_MOST_WAITING)
        self._tasks: list[asyncio.Task[None]] = []
        self._is_closed = False
        self._bug: Exception | None = None

    def __enter__(self) -> Self:
        self._loop.run(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[WatchEvent]:
        while (event := self._loop.run(self._next())) is not None:
            yield event

    def close(self) -> None:
        """End the connections, and the iterator."""
        self._loop.run(self._end())

    async def _start(self) -> None:
        self._tasks = [asyncio.create_task(self._guarded(list_of)) for list_of in self._wanted]

    async def _next(self) -> WatchEvent | None:
        event = None if self._is_closed else await self._events.get()
        if event is None and self._bug is not None:
            raise self._bug
        return event

    async def _end(self) -> None:
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while not self._events.empty():
            self._events.get_nowait()
        self._events.put_nowait(None)

    async def _guarded(self, wanted: ListOf) -> None:
        """Watch one kind, so that whatever goes wrong reaches who waits."""
        try:
            await self._watch(wanted)
        except Exception as error:  # noqa: BLE001 - it is raised again, for the caller
            self._bug = error
            await self._events.put(None)

    async def _watch(self, wanted: ListOf) -> None:
        """Watch one kind for ever."""
        version, failures = "", 0
        while True:
            began = monotonic()
            try:
                version = version or await self._list(wanted)
                async with aclosing(changes(self._client, wanted, version)) as found:
                    async for version, event in found:  # noqa: B007 - it goes on from there
                        await self._events.put(event)
                        failures = failures if isinstance(event, Current) else 0
            except GoneError:
                version = ""
            except ClusterError as error:
                await self._events.put(Lost(wanted.kind, error))
            # A server that ends every watch at once is asked ever more seldom.
            failures = 0 if monotonic() - began > _LONG else failures + 1
            await asyncio.sleep(_pause(failures))

    async def _list(self, wanted: ListOf) -> str:
        objects: list[Object] = []
        version = ""
        async with aclosing(pages(self._client, wanted)) as found:
            async for page in found:
                objects += page.items
                version = page.version
        if not version:
            raise ClusterError(
                f"the API server {self._client.asked.url} lists {wanted.path} without a "
                "resourceVersion, so that it can't be watched; is it an API server?"
            )
        await self._events.put(Listed(wanted.kind, tuple(objects)))
        return version


def _pause(failures: int) -> float:
    """Wait longer after each failure in a row, and not all kinds at the same time."""
    if failures <= 1:
        return _FIRST_PAUSE * failures * random.random()  # noqa: S311 - it hides nothing
    longest = min(_FIRST_PAUSE * 2.0 ** min(failures, 10), _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311 - it hides nothing


async def changes(
    client: ApiClient, wanted: ListOf, version: str
) -> AsyncGenerator[tuple[str, WatchEvent], None]:
    """Stream what changed since a version, each change with the version after it.

    The first event says that the stream has begun. It ends when the server ends it, which says
    nothing. Raises ``GoneError`` where changes were missed, and ``ClusterError`` for whatever is no
    stream of changes.
    """
    query = {
        **wanted.query,
        "watch": "true",
        "allowWatchBookmarks": "true",
        "resourceVersion": version,
        "timeoutSeconds": str(_WATCH_SECONDS),
    }
    request = ApiRequest("GET", wanted.path, query, accept=wanted.accept_each)
    deadline = Deadline(client.access.timeout)
    try:
        sent = client.prepared(request)
        async with deadline.over(sent):
            response = await client.send(sent)
            if response.status_code != 200:  # noqa: PLR2004
                await _refuse(client, response, request.path)
        async with aclosing(response):
            yield version, Current(wanted.kind)
            end = asyncio.get_running_loop().time() + _WATCH_SECONDS + client.access.timeout
            async with aclosing(_lines(response, end)) as lines:
                async for line in lines:
                    yield _event(client, wanted, line)
    except breakages() as error:
        raise client.failure(error, request.path, deadline, is_begun=True) from error


async def _refuse(client: ApiClient, response: "httpx.Response", path: str) -> None:
    """Raise what was answered instead of a stream."""
    async with aclosing(response):
        said = await read_start(response.aiter_raw(), response.headers, LONGEST_ERROR)
    if response.status_code in _START_AGAIN:
        raise GoneError(f"the watch of {path} has to start again")
    client.asked.parsed(ApiAnswer(response.status_code, response.headers, said), path)
    raise ClusterError(f"{client.asked.url} answers {response.status_code} to a watch of {path}")


async def _lines(response: "httpx.Response", end: float) -> AsyncGenerator[bytes, None]:
    """Cut a stream into lines, until a moment has come; a half line at its end is none."""
    pending = bytearray()
    async with aclosing(unpacked(response.aiter_raw(), response.headers)) as pieces:
        while True:
            try:
                async with asyncio.timeout_at(end):
                    piece = await anext(pieces)
            except (StopAsyncIteration, TimeoutError):
                return
            pending += piece
            if b"\n" in piece:
                *lines, rest = bytes(pending).split(b"\n")
                pending = bytearray(rest)
                for line in filter(None, lines):
                    yield line
            if len(pending) > _LONGEST_LINE:
                raise TooLongError(f"one event of more than {_LONGEST_LINE:,} bytes")


def _event(client: ApiClient, wanted: ListOf, line: bytes) -> tuple[str, WatchEvent]:
    """Read one event of a watch, with the version after it."""
    try:
        event = parse_json(line)
    except ValueError:
        event = None
    kind, item = (event.get("type"), event.get("object")) if isinstance(event, dict) else ("", None)
    metadata = item.get("metadata") if isinstance(item, dict) else None
    if kind == "ERROR" and isinstance(item, dict):
        code = item.get("code")
        if code in _START_AGAIN:
            raise GoneError(f"the watch of {wanted.path} has to start again")
        message = one_line(str(item.get("message"))[:1000])
        raise ClusterError(f"the API server ends the watch of {wanted.path} ({message})")
    version = metadata.get("resourceVersion") if isinstance(metadata, dict) else None
    if not isinstance(item, dict) or not isinstance(version, str) or not version:
        raise ClusterError(_no_event(client, wanted, line))
    if kind == "BOOKMARK":
        return version, Current(wanted.kind)
    if not isinstance(kind, str) or kind not in _CHANGES:
        raise ClusterError(_no_event(client, wanted, line))
    return version, Changed(wanted.kind, wanted.identified(item), _CHANGES[kind])


def _no_event(client: ApiClient, wanted: ListOf, line: bytes) -> str:
    start = quoted(line[:40].decode(errors="replace"))
    return (
        f"{client.asked.url} sends {start}… in the watch of {wanted.path}, which is no event; "
        "is that the address of an API server?"
    )
