"""Runs analyses in a thread, one at a time, as often as something changes."""

import asyncio
import gc
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Generic, TypeVar

from meshctl.errors import MeshctlError

T = TypeVar("T")
GoOn = Callable[[], None]

_PART_OF_A_ROUND = 0.1
"""How long to wait for the next keystroke, as a part of what the last analysis took."""
_LONGEST_WAIT = 0.1
_LONGEST_SILENCE = 2.0
"""Seconds without an answer after which an analysis is no longer given up for a newer one, so that
answers come while somebody goes on typing."""
_PAUSE = 1.0
"""Seconds without a change after which all of what analyses left is cleared away."""
_REST = 2.0
"""Further seconds after which one more round may follow."""
_MOST_LEFT = 50_000
"""Objects after which it is cleared away even while somebody types on: some 20 ms of work."""
_MOST_LEFT_WHILE_ASKED = 1_000_000
"""Objects, some 50 MB, after which that no longer waits for a time when nobody asks for an answer."""
_UNTIL_SENT = 0.05
"""Seconds in which an answer is on its way before that begins."""
_MOST_OF_ALL = 0.5
"""How many objects, for each that is never looked at, may be looked at when something is cleared away."""


class _OutdatedError(Exception):
    """Something changed while an analysis ran."""


def _clear() -> None:
    """Free what analyses left; Python's own collector is off, so that it never makes anybody wait.

    What is there from the beginning isn't looked at again until much has come to it.
    """
    gc.collect()
    if len(gc.get_objects()) > _MOST_OF_ALL * gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
        gc.freeze()


class Rounds(Generic[T]):
    """Rounds of one analysis.

    ``begin`` takes what a round is about, and gives what runs in the thread; ``done`` gets its
    answer, ``failed`` the error of one that could not be done. Once nothing has changed for a while,
    ``rest`` says whether one more round is worth its time.
    """

    def __init__(
        self, begin: Callable[[], Callable[[GoOn], T]], done: Callable[[T], None],
        failed: Callable[[MeshctlError], None], rest: Callable[[], bool] = lambda: False,
    ) -> None:  # fmt: skip
        self._begin = begin
        self._done = done
        self._failed = failed
        self._rest = rest
        self._generation = 0
        self._timer: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._took = 0.0
        self._waiting_since: float | None = None

    def ask(self) -> None:
        """Have a round begin soon, and give up one that is about what was before."""
        self._generation += 1
        if self._waiting_since is None:
            self._waiting_since = monotonic()
        if self._timer is not None:
            self._timer.cancel()
        wait = min(_LONGEST_WAIT, _PART_OF_A_ROUND * self._took)
        self._timer = asyncio.get_running_loop().call_later(wait, self._start)

    def close(self) -> None:
        """Begin no round any more, and end the one that runs."""
        self._generation += 1
        self._waiting_since = monotonic()
        for timer in (self._timer, self._idle):
            if timer is not None:
                timer.cancel()

    def _start(self) -> None:
        self._timer = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        about = -1
        while about != self._generation and self._timer is None:
            about = self._generation
            await self._round(about)
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(_PAUSE, self._pauses)
        if gc.get_count()[0] > _MOST_LEFT:
            asyncio.get_running_loop().call_later(_UNTIL_SENT, self._clear_some)

    def _pauses(self) -> None:
        if self._is_idle():  # else another pause follows
            _clear()
            self._idle = asyncio.get_running_loop().call_later(_REST, self._rests)

    def _clear_some(self) -> None:
        """Free the mesh before the last one; the next answer is not held up for it, unless it must."""
        if self._is_idle() or gc.get_count()[0] > _MOST_LEFT_WHILE_ASKED:
            gc.collect()

    def _rests(self) -> None:
        if self._is_idle() and self._rest():
            self.ask()

    def _is_idle(self) -> bool:
        return self._timer is None and self._task is not None and self._task.done()

    async def _round(self, generation: int) -> None:
        started = monotonic()
        work = partial(self._begin(), partial(self._check, generation))
        try:
            answer = await asyncio.get_running_loop().run_in_executor(None, work)
        except _OutdatedError:
            return
        except MeshctlError as error:
            self._failed(error)
        else:
            self._done(answer)
        now = monotonic()
        self._took = now - started
        self._waiting_since = now if generation != self._generation else None

    def _check(self, generation: int) -> None:
        since = self._waiting_since or 0.0
        if self._generation != generation and monotonic() - since < _LONGEST_SILENCE:
            raise _OutdatedError
