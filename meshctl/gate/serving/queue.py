"""Has reviews judged in the order of their coming, and answers those that waited too long itself.

Judging takes all of a core, so that each judge has one review at a time. What a process can't
do in time is said to be unchecked, which the audit makes good: nobody waits for ever.
"""

import asyncio
from collections import deque
from time import monotonic
from typing import NamedTuple

from meshctl.gate.policy import Decision, unchecked
from meshctl.gate.review import Review
from meshctl.gate.serving.judges import Decide
from meshctl.gate.serving.log import log

MOST_WAITING = 2_000
"""Reviews that may wait; an API server asks far fewer at once."""


class _Waiting(NamedTuple):
    review: Review
    deadline: float
    answer: asyncio.Future[Decision]


class ReviewQueue:
    """The reviews that wait, first come, first served."""

    def __init__(self) -> None:
        self._waiting: deque[_Waiting] = deque()
        self._is_filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    async def answer(
        self, review: Review, seconds: float, longest: float | None = None
    ) -> Decision:
        """Answer a review; it is looked at if its turn comes within so many seconds.

        After the ``longest`` time that somebody waits it is answered, whatever judges do.
        """
        future: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= MOST_WAITING:
            return unchecked("too many reviews wait")
        self._waiting.append(_Waiting(review, monotonic() + seconds, future))
        self._is_filled.set()
        try:
            async with asyncio.timeout(longest):
                return await future
        except TimeoutError:
            return unchecked("it takes too long to judge")

    async def work(self, decide: Decide) -> None:
        """Have one judge answer for ever; there may be several."""
        while True:
            while not self._waiting:
                self._is_filled.clear()
                await self._is_filled.wait()
            waiting = self._waiting.popleft()
            if not waiting.answer.done():  # nobody waits for those that are
                decision = await _decided(waiting, decide)
                if not waiting.answer.done():
                    waiting.answer.set_result(decision)
            await asyncio.sleep(0)  # connections have their turn


async def _decided(waiting: _Waiting, decide: Decide) -> Decision:
    if monotonic() > waiting.deadline:
        return unchecked("too many reviews wait")
    try:
        return await decide(waiting.review)
    except Exception as error:  # noqa: BLE001 - a bug must not keep a cluster from changing
        name = str(error) if isinstance(error, RuntimeError) else type(error).__name__
        log("review-failed", uid=waiting.review.uid, error=name)
        return unchecked(f"meshctl failed ({name})")
