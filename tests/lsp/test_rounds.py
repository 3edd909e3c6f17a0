"""Analyses follow each other, and one that is outdated ends."""

import asyncio
import gc
import time
import weakref
from collections.abc import Callable

import pytest

from meshctl.errors import InputError, MeshctlError
from meshctl.lsp import rounds as rounds_module
from meshctl.lsp.rounds import GoOn, Rounds


def test_a_round_that_is_outdated_is_given_up_for_the_next() -> None:
    begun: list[int] = []
    answers: list[int] = []

    async def session() -> None:
        done, running = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def begin() -> Callable[[GoOn], int]:
            begun.append(len(begun))
            number = begun[-1]

            def work(go_on: GoOn) -> int:
                loop.call_soon_threadsafe(running.set)
                while number == 0:
                    go_on()
                    time.sleep(0.001)
                return number

            return work

        def answered(number: int) -> None:
            answers.append(number)
            done.set()

        rounds = Rounds(begin, answered, lambda _: None)
        rounds.ask()
        await running.wait()
        rounds.ask()
        await done.wait()
        rounds.close()

    asyncio.run(asyncio.wait_for(session(), 30))
    assert (begun, answers) == ([0, 1], [1])


def test_what_cannot_be_analysed_is_told() -> None:
    failures: list[MeshctlError] = []

    async def session() -> None:
        done = asyncio.Event()

        def work(_go_on: GoOn) -> int:
            raise InputError("it is gone")

        def failed(error: MeshctlError) -> None:
            failures.append(error)
            done.set()

        rounds = Rounds(lambda: work, lambda _: None, failed)
        rounds.ask()
        await done.wait()
        rounds.close()

    asyncio.run(asyncio.wait_for(session(), 30))
    assert [str(one) for one in failures] == ["it is gone"]


def test_a_round_follows_a_rest_where_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds_module, "_PAUSE", 0.01)
    monkeypatch.setattr(rounds_module, "_REST", 0.01)
    answers: list[int] = []
    rests = iter([True, False])

    async def session() -> None:
        done = asyncio.Event()

        def rest() -> bool:
            is_worth_it = next(rests)
            if not is_worth_it:
                done.set()
            return is_worth_it

        rounds = Rounds(lambda: lambda _: 1, answers.append, lambda _: None, rest)
        rounds.ask()
        await done.wait()
        rounds.close()

    asyncio.run(asyncio.wait_for(session(), 30))
    assert answers == [1, 1]


class Knot:
    """Something that is freed only where somebody looks for what holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_left_is_cleared_while_somebody_types_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds_module, "_PAUSE", 60)
    monkeypatch.setattr(rounds_module, "_MOST_LEFT", 100)
    monkeypatch.setattr(rounds_module, "_UNTIL_SENT", 0.01)
    left: list[weakref.ref[Knot]] = []

    async def session() -> None:
        done, gone = asyncio.Event(), asyncio.Event()

        def work(_go_on: GoOn) -> int:
            knots = [Knot() for _ in range(1000)]
            left.extend(map(weakref.ref, knots))
            weakref.finalize(knots[0], gone.set)
            return 1

        rounds = Rounds(lambda: work, lambda _: done.set(), lambda _: None)
        rounds.ask()
        await done.wait()
        await gone.wait()
        rounds.close()

    gc.collect()
    gc.disable()
    try:
        asyncio.run(asyncio.wait_for(session(), 30))
    finally:
        gc.enable()
    assert [one() for one in left] == [None] * 1000


def test_a_pause_looks_at_all_where_much_has_come(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(gc, "unfreeze", lambda: calls.append("all"))
    monkeypatch.setattr(gc, "collect", lambda: calls.append("some"))
    monkeypatch.setattr(gc, "freeze", lambda: None)
    for frozen in (10, 10**9):
        monkeypatch.setattr(gc, "get_freeze_count", lambda frozen=frozen: frozen)
        rounds_module._clear()
    assert calls == ["some", "all", "some", "some"]
