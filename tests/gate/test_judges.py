"""Reviews are judged in processes of their own, which know what the server is told."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from small_mesh import SHOP, asked, objects, resource
from test_policy import TWIN

from meshctl.gate.live.live_snapshot import LiveSnapshot
from meshctl.gate.live.messages import Gone, plain
from meshctl.gate.policy import Answering, Decision, Mode, Outcome
from meshctl.gate.review import Review
from meshctl.gate.serving import judges
from meshctl.gate.serving.judges import Bench, JudgeEndedError, JudgeProcess
from meshctl.gate.serving.queue import ReviewQueue
from meshctl.settings import Settings

RULES = "networking.istio.io", "DestinationRule", ""
Use = Callable[[JudgeProcess], Coroutine[Any, Any, None]]


def bench() -> Bench:
    live = LiveSnapshot()
    for one in objects(SHOP):
        live.snapshot.put(resource(one))
    return Bench(live, Settings(), Answering(Mode.ENFORCE))


def with_a_judge(state: Bench, use: Use) -> None:
    judge = JudgeProcess(state)

    async def run() -> None:
        tasks = [asyncio.create_task(judge.tell()), asyncio.create_task(judge.hear())]
        await use(judge)
        for task in tasks:
            task.cancel()

    try:
        asyncio.run(run())
    finally:
        judge.end()


def test_a_judge_answers_by_what_it_was_told_before() -> None:
    state = bench()

    async def use(judge: JudgeProcess) -> None:
        here, there = await state.decide(asked(TWIN)), await judge.decide(asked(TWIN))
        assert here == there
        assert not there.answer.allowed
        judge.follow(plain(Gone(RULES, "shop", "cart")))
        assert (await judge.decide(asked(TWIN))).answer.allowed

    with_a_judge(state, use)


def test_reviews_of_any_size_are_handed_on() -> None:
    noted = TWIN.replace(
        "namespace: shop", f"namespace: shop, annotations: {{a: {'x' * 2**21}}}", 1
    )

    async def use(judge: JudgeProcess) -> None:
        both = await asyncio.gather(judge.decide(asked(noted)), judge.decide(asked(TWIN)))
        assert [False, False] == [one.answer.allowed for one in both]

    with_a_judge(bench(), use)


def test_a_bug_is_told_and_the_next_review_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    state = bench()
    right = state.gate.decide
    monkeypatch.setattr(state.gate, "decide", lambda one: right(one) if one.uid else 1 / 0)

    async def use(judge: JudgeProcess) -> None:
        queue = ReviewQueue()
        work = asyncio.create_task(queue.work(judge.decide))
        broken = await queue.answer(asked(TWIN)._replace(uid=""), 60)
        assert "meshctl failed (ZeroDivisionError)" in broken.answer.warnings[0]
        assert not (await queue.answer(asked(TWIN), 60)).answer.allowed
        work.cancel()

    with_a_judge(state, use)


def test_no_review_waits_for_all_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """To look at all there is takes 50 ms; that is for a quiet moment."""
    state = bench()
    right = state.gate.decide

    def counted(one: Review) -> Decision:
        found = gc.get_stats()[2]["collections"]
        return right(one)._replace(reason=str(found))

    monkeypatch.setattr(state.gate, "decide", counted)
    monkeypatch.setattr(judges, "QUIET", 0.2)

    async def use(judge: JudgeProcess) -> None:
        busy = [int((await judge.decide(asked(TWIN))).reason) for _ in range(150)]
        assert busy[0] == busy[-1]
        await asyncio.sleep(0.6)
        quiet = [int((await judge.decide(asked(TWIN))).reason) for _ in range(2)]
        assert [busy[0] + 1] * 2 == quiet

    gc.collect()
    gc.freeze()
    try:
        with_a_judge(state, use)
    finally:
        gc.unfreeze()


def test_what_takes_too_long_is_given_up_and_the_next_review_is_judged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An object of megabytes keeps a judge for seconds, though nobody waits for the answer."""
    state = bench()
    right = state.gate.decide

    def slow(one: Review) -> Decision:
        while not one.uid:
            with suppress(Exception):  # as those do who ask the rules
                sum(range(1_000))
        return right(one)

    monkeypatch.setattr(state.gate, "decide", slow)
    monkeypatch.setattr(judges, "LONGEST", 0.2)

    async def use(judge: JudgeProcess) -> None:
        found = await judge.decide(asked(TWIN)._replace(uid=""))
        assert (True, Outcome.UNCHECKED) == (found.answer.allowed, found.outcome)
        assert await judge.decide(asked(TWIN)) is not None

    with_a_judge(state, use)


def test_nobody_waits_for_a_judge_that_never_answers() -> None:
    async def never(_: Review) -> Decision:
        await asyncio.Event().wait()
        raise AssertionError

    async def use() -> None:
        queue = ReviewQueue()
        work = asyncio.create_task(queue.work(never))
        found = await queue.answer(asked(TWIN), 60, 0.1)
        assert (True, Outcome.UNCHECKED) == (found.answer.allowed, found.outcome)
        work.cancel()

    asyncio.run(use())


def test_the_end_of_a_judge_is_heard() -> None:
    async def use(judge: JudgeProcess) -> None:
        os.kill(judge.pid, signal.SIGKILL)
        with pytest.raises(JudgeEndedError):
            await judge.hear()

    judge = JudgeProcess(bench())
    with suppress(ProcessLookupError):
        asyncio.run(use(judge))
    judge.end()


WARM = """
import sys
from small_mesh import SHOP, asked, gate, snapshot
from test_policy import TWIN
from meshctl.gate.decision import Judge
from meshctl.gate.serving.warm_up import warm_up
from meshctl.settings import Settings
state = snapshot(SHOP)
if sys.argv[1:]:
    warm_up(Judge(state, Settings()))
judging = gate(state)
before = set(sys.modules)
judging.decide(asked(TWIN))
print(*sorted(set(sys.modules) - before))
"""


@pytest.mark.parametrize("words", [(), ("warm",)])
def test_a_first_review_imports_nothing_once_it_is_warm(words: tuple[str, ...]) -> None:
    folder = Path(__file__).parent
    path = os.pathsep.join([str(folder), str(folder.parents[1])])
    done = subprocess.run(
        [sys.executable, "-c", WARM, *words], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert bool(done.stdout.strip()) is not bool(words)
