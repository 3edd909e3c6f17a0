import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshctl.sources import workers

# pytest-xdist has threads of its own; Python 3.12 warns of forking beside them.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def double(share: list[int]) -> Iterator[tuple[int, int]]:
    for number in share:
        yield number * 2, os.getpid()


def test_shares_are_done_in_processes_and_come_back_in_order() -> None:
    results = list(workers.spread(double, [[1, 2], [3], [], [4]]))
    assert [2, 4, 6, 8] == [number for number, _ in results]
    assert os.getpid() == results[0][1]
    assert 3 == len({process for _, process in results})


def test_a_share_whose_process_dies_is_done_here() -> None:
    here = os.getpid()

    def work(share: list[int]) -> Iterator[int]:
        if os.getpid() != here:
            os._exit(9)
        yield from share

    assert [1, 2, 3] == list(workers.spread(work, [[1], [2, 3]]))


def test_a_share_whose_process_fails_is_done_here() -> None:
    here = os.getpid()

    def work(share: list[int]) -> Iterator[int]:
        if os.getpid() != here:
            raise MemoryError
        yield from share

    assert [1, 2, 3] == list(workers.spread(work, [[1], [2, 3]]))


def test_a_share_is_done_here_where_no_process_can_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise OSError("no more processes")

    monkeypatch.setattr(os, "fork", refuse)
    results = list(workers.spread(double, [[1], [2]]))
    assert [(2, os.getpid()), (4, os.getpid())] == results


def test_an_abandoned_process_is_ended() -> None:
    before = _children()
    results = workers.spread(range, [1, 10_000_000])
    assert 0 == next(results)
    assert _children() > before
    results.close()
    assert _children() <= before


def _children() -> set[str]:
    """The processes of this one, those that have ended and wait for it among them."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {process for task in tasks for process in task.read_text().split()}


def test_a_process_with_threads_does_not_fork() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert 1 == workers.available()
    finally:
        done.set()
        thread.join()


def test_a_platform_without_fork_has_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    assert 1 == workers.available()
