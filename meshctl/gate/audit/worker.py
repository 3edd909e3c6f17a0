"""Analyses a snapshot in a forked process, which has it without a copy."""

import asyncio
import gc
import marshal
import os
import signal
from collections.abc import Sequence
from time import monotonic
from typing import NoReturn

from meshctl.engine.live import analyze_live
from meshctl.gate.audit.results import AuditResult, pack, unpack
from meshctl.settings import Settings
from meshctl.sources.documents import Document
from meshctl.sources.loader import Loaded, Unread

LONGEST_AUDIT = 600.0
"""Seconds after which an audit is given up."""
_CHUNK = 1 << 18
_NICENESS = 10


class AuditError(Exception):
    """An audit gave no answer."""


async def audit(
    documents: Sequence[Document], unread: Sequence[Unread], settings: Settings,
    longest: float = LONGEST_AUDIT,
) -> AuditResult:  # fmt: skip
    """Judge everything, while this process goes on; raises AuditError for no answer in time.

    The process must have no other threads, as for every fork.
    """
    reader, writer = os.pipe()
    gc.freeze()  # the child touches nothing that the collector would
    pid = os.fork()
    if not pid:
        _work(writer, documents, unread, settings)
    os.close(writer)
    try:
        async with asyncio.timeout(longest):
            body = await _read(reader)
        return unpack(marshal.loads(body))  # noqa: S302 - from our own fork
    except TimeoutError:
        raise AuditError(f"it took longer than {longest:g} s") from None
    except (EOFError, ValueError, TypeError) as error:
        raise AuditError("its process died") from error
    finally:
        os.close(reader)
        os.kill(pid, signal.SIGKILL)  # it has answered, or nobody listens any more
        os.waitpid(pid, 0)  # noqa: ASYNC222 - it is gone already


def _work(
    writer: int, documents: Sequence[Document], unread: Sequence[Unread], settings: Settings
) -> NoReturn:
    """Analyse in the forked process, which must not come back."""
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.set_wakeup_fd(-1)
        os.nice(_NICENESS)
        began = monotonic()
        live = Loaded(0, [*documents], [], tuple(unread))
        report = analyze_live(live, Loaded(0, [], []), settings)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(marshal.dumps(pack(report, monotonic() - began)))
    finally:
        os._exit(0)  # nothing of the parent may be flushed or cleaned up twice


async def _read(reader: int) -> bytes:
    """Read a pipe to its end without a thread."""
    loop = asyncio.get_running_loop()
    os.set_blocking(reader, False)
    pieces: list[bytes] = []
    ended: asyncio.Future[None] = loop.create_future()

    def take() -> None:
        piece = os.read(reader, _CHUNK)
        pieces.append(piece)
        if not piece and not ended.done():
            ended.set_result(None)

    loop.add_reader(reader, take)
    try:
        await ended
    finally:
        loop.remove_reader(reader)
    return b"".join(pieces)
