"""Analyses follow each other, and one that is outdated ends."""

import asyncio
import time
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
