"""Spreads work over processes."""

import marshal
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple, TypeVar

Share = TypeVar("Share")
Work = Callable[[Share], Iterable[Any]]

MAX_PROCESSES = 4


def available() -> int:
    """Say how many processes can share a job; a process with threads must not fork."""
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return 1
    return min(os.cpu_count() or 1, MAX_PROCESSES)


def spread(work: Work[Share], shares: Sequence[Share]) -> Iterator[Any]:
    """Yield what ``work`` makes of each share, in order; all but the first in other processes.

    Results must be plain data. A share whose process cannot start or dies is done here.
    """
    children = [_start(work, share) for share in shares[1:]]
    try:
        yield from work(shares[0])
        for share, child in zip(shares[1:], children, strict=True):
            results = _receive(child) if child else None
            yield from work(share) if results is None else results
    finally:
        for child in filter(None, children):
            child.pipe.close()
            os.kill(child.pid, signal.SIGKILL)  # it has answered, or nobody listens any more
            os.waitpid(child.pid, 0)


class _Child(NamedTuple):
    pid: int
    pipe: BinaryIO


def _start(work: Work[Share], share: Share) -> _Child | None:
    reader, writer = os.pipe()
    try:
        pid = os.fork()
    except OSError:
        os.close(reader)
        os.close(writer)
        return None
    if pid:
        os.close(writer)
        return _Child(pid, os.fdopen(reader, "rb"))
    try:
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(marshal.dumps(list(work(share))))
    finally:
        os._exit(0)  # nothing of the parent may be flushed or cleaned up twice


def _receive(child: _Child) -> list[Any] | None:
    try:
        results: list[Any] = marshal.loads(child.pipe.read())  # noqa: S302 - from our own fork
    except (EOFError, ValueError, TypeError):  # cut off: the process died
        return None
    return results
