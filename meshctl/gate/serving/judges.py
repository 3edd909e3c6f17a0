"""Judges reviews in processes of their own, so that those who ask are heard meanwhile.

Each is a fork, which has the snapshot without a copy. What changes afterwards it is told in the order
in which it happens, between the reviews, so that it knows what the server knows.
"""

import asyncio
import gc
import os
import pickle
import signal
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, NoReturn

from meshctl.engine.analyze import collector_off
from meshctl.errors import MeshctlError
from meshctl.gate.decision import Judge
from meshctl.gate.live.live_snapshot import LiveSnapshot
from meshctl.gate.live.messages import read
from meshctl.gate.live.pipe import Receiver, Sender, pipe
from meshctl.gate.policy import Answering, Decision, Gate, unchecked
from meshctl.gate.review import Review
from meshctl.settings import Settings
from meshctl.sources import workers

LONGEST = 2.0
"""Seconds of a processor after which a review is given up: a megabyte takes three, and others wait."""
QUIET = 1.0
"""Seconds without anything to do after which all garbage is collected."""
_SELDOM = 1_000
"""Collections of what is young before one of all; a review makes one of the youngest, ten of these one."""
MOST = 2
"""Processes that judge; each has a snapshot of its own as soon as objects change."""

Decide = Callable[[Review], Awaitable[Decision]]


class JudgeEndedError(MeshctlError):
    """A process that judges is gone."""


class TooLongError(BaseException):
    """A review takes so long that nobody waits for it; nothing that a rule does may catch this."""


class Bench:
    """What it takes to judge: the live snapshot, and who judges and answers by it."""

    def __init__(self, live: LiveSnapshot, settings: Settings, answering: Answering) -> None:
        self.live = live
        self.judge = Judge(live.snapshot, settings)
        self.gate = Gate(live.snapshot, self.judge, answering)

    def apply(self, plain: tuple[Any, ...]) -> None:
        """Take in what is told about the cluster."""
        self.live.apply(read(plain))
        self.judge.parts.unread = frozenset(kind for _, kind, _ in self.live.hidden)

    async def decide(self, review: Review) -> Decision:
        """Answer a review in this process."""
        with collector_off():
            return self.decided(review)

    def decided(self, review: Review) -> Decision:
        """Answer a review, or say that it takes too long; only the main thread may ask."""
        signal.signal(signal.SIGPROF, _stop)
        try:
            signal.setitimer(signal.ITIMER_PROF, LONGEST)
            try:
                return self.gate.decide(review)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
        except TooLongError:
            return unchecked("it takes too long to judge")


class JudgeProcess:
    """A fork that judges one review after the other. The process that forks has no threads."""

    def __init__(self, bench: Bench) -> None:
        told, self._tell = pipe()
        self._hear, say = pipe()
        self.pid = os.fork()
        if not self.pid:
            _work(told, say, bench)
        os.close(told.descriptor)
        say.close()
        self._untold: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()
        self._asked: deque[asyncio.Future[Decision]] = deque()

    def follow(self, plain: tuple[Any, ...]) -> None:
        """Tell what has changed in the cluster."""
        self._untold.put_nowait(("message", plain))

    async def decide(self, review: Review) -> Decision:
        """Answer a review; what was told before counts."""
        future: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._asked.append(future)
        self._untold.put_nowait(("review", tuple(review)))
        return await future

    async def tell(self) -> None:
        """Hand on for ever what is told and asked."""
        with suppress(BrokenPipeError):  # that it has ended is heard, too
            while True:
                await self._tell.send_later(await self._untold.get())

    async def hear(self) -> None:
        """Take answers for ever; raises JudgeEndedError where no more will come."""
        async for bodies in self._hear.arriving():
            for body in bodies:
                self._answered(pickle.loads(body))  # noqa: S301 - from our own fork
        raise JudgeEndedError("a process that judges reviews has ended; the log says why")

    def _answered(self, found: Decision | str) -> None:
        future = self._asked.popleft()
        if future.done():
            return
        if isinstance(found, str):
            future.set_exception(RuntimeError(found))
        else:
            future.set_result(found)

    def end(self) -> None:
        """End the process, which keeps nothing that could be lost."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def forked(bench: Bench, most: int = MOST) -> list[JudgeProcess]:
    """Fork as many as there are cores for; none where this process has but one."""
    number = min(workers.available(), most)
    return [JudgeProcess(bench) for _ in range(number)] if number > 1 else []


def _work(told: Receiver, say: Sender, bench: Bench) -> NoReturn:
    """Judge in the forked process, which must not come back, until nobody asks any more."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server finishes what has begun
        _keep_only(told.descriptor, say.descriptor)
        _keep_collector_short()
        for subject, content in told.until_quiet(QUIET, gc.collect):
            if subject == "message":
                bench.apply(content)
            else:
                with collector_off():  # garbage is collected once the answer is on its way
                    say.send(pickle.dumps(_decided(bench, Review(*content))))
    finally:
        os._exit(0)  # nothing of the parent may be flushed or cleaned up twice


def _keep_collector_short() -> None:
    """Keep the garbage collector from looking at all there is while reviews come.

    That takes 50 ms, which several reviews would wait for. It is for a quiet moment, or after
    thousands of reviews without one.
    """
    new, young, _ = gc.get_threshold()
    gc.set_threshold(new, young, _SELDOM)


def _stop(_: int, __: object) -> None:
    raise TooLongError


def _decided(bench: Bench, review: Review) -> Decision | str:
    """Answer a review, or give the kind of error that kept it from being answered."""
    try:
        return bench.decided(review)
    except Exception as error:  # noqa: BLE001 - a bug must not keep a cluster from changing
        return type(error).__name__


def _keep_only(*descriptors: int) -> None:
    """Close connections and ports of the server: theirs is the end of them."""
    start = 3
    for descriptor in sorted(descriptors):
        os.closerange(start, descriptor)
        start = descriptor + 1
    os.closerange(start, os.sysconf("SC_OPEN_MAX"))
