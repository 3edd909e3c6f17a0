"""Asks several things at once, in threads that nobody waits for who gives up."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def in_threads(
    call: Callable[[Item], Answer], items: Iterable[Item], most: int
) -> Iterator[Answer]:
    """Call for each item, up to ``most`` at once, and give the answers in the order of the items.

    The first call that raises ends it, and so does an interrupt: what has not begun is left, and
    what runs isn't waited for, as the threads of ``concurrent.futures`` are even when a process ends.
    """
    tasks: SimpleQueue[tuple[Item, Future[Answer]]] = SimpleQueue()
    futures: list[Future[Answer]] = []
    for item in items:
        futures.append(Future())
        tasks.put((item, futures[-1]))
    for _ in range(min(most, len(futures))):
        Thread(target=_work, args=(call, tasks), daemon=True).start()
    try:
        for future in futures:
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def _work(call: Callable[[Item], Answer], tasks: SimpleQueue[tuple[Item, Future[Answer]]]) -> None:
    while True:
        try:
            item, future = tasks.get_nowait()
        except Empty:
            return
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(call(item))
            except BaseException as error:  # noqa: BLE001 - it is raised where the answer is awaited
                future.set_exception(error)
