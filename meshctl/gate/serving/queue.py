"""Answers reviews one after the other, and those that waited too long without a look at the mesh.

Judging takes all of a core, so that two at once would take twice as long each. What a process can't
do in time is said to be unchecked, which the audit makes good: nobody waits for ever.
"""

import asyncio
from collections import deque
from time import monotonic
from typing import NamedTuple

from meshctl.engine.analyze import collector_off
from meshctl.gate.policy import Decision, Gate, Outcome
from meshctl.gate.review import Answer, Review
from meshctl.gate.serving.log import log

MOST_WAITING = 2_000
"""Reviews that may wait; an API server asks far fewer at once."""


class _Waiting(NamedTuple):
    review: Review
    deadline: float
    answer: asyncio.Future[Decision]


class ReviewQueue:
    """The reviews that wait, first come, first served."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._waiting: deque[_Waiting] = deque()
        self._is_filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    async def answer(self, review: Review, seconds: float) -> Decision:
        """Answer a review; it is looked at if its turn comes within so many seconds."""
        future: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        if len(self._waiting) >= MOST_WAITING:
            return _unchecked("too many reviews wait")
        self._waiting.append(_Waiting(review, monotonic() + seconds, future))
        self._is_filled.set()
        return await future

    async def work(self) -> None:
        """Answer for ever."""
        while True:
            await self._is_filled.wait()
            while self._waiting:
                waiting = self._waiting.popleft()
                if not waiting.answer.done():  # nobody waits for those that are
                    waiting.answer.set_result(self._decide(waiting))
                await asyncio.sleep(0)  # connections have their turn
            self._is_filled.clear()

    def _decide(self, waiting: _Waiting) -> Decision:
        if monotonic() > waiting.deadline:
            return _unchecked("too many reviews wait")
        try:
            with collector_off():
                return self._gate.decide(waiting.review)
        except Exception as error:  # noqa: BLE001 - a bug must not keep a cluster from changing
            log("review-failed", uid=waiting.review.uid, error=type(error).__name__)
            return _unchecked(f"meshctl failed ({type(error).__name__})")


def _unchecked(reason: str) -> Decision:
    warning = f"meshctl: not fully checked, since {reason}"
    return Decision(Answer(allowed=True, warnings=(warning,)), Outcome.UNCHECKED, reason)
