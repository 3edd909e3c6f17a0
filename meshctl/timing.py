"""Tells on standard error, with ``--debug``, where the time of a command goes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

_VARIABLE = "MESHCTL_DEBUG"
_REST = "answer and output"
"""What is left of a command beside its named stages."""


class _Clock:
    """The time since this program was imported, and what of it the stages took, in seconds."""

    def __init__(self) -> None:
        self.started = perf_counter()
        self.told = 0.0
        self.depth = 0

    def tell(self, name: str, seconds: float) -> None:
        sys.stderr.write(f"{'  ' * self.depth}{name}: {seconds * 1000:.0f} ms\n")
        if not self.depth:
            self.told += seconds


_clock = _Clock()


def is_debugging() -> bool:
    """Does the user want tracebacks and times?"""
    return bool(os.environ.get(_VARIABLE))


def switch_on() -> None:
    """Tell times from now on, and how long the start took."""
    if not is_debugging():
        os.environ[_VARIABLE] = "1"
    if not _clock.told:
        _clock.tell("start", perf_counter() - _clock.started)


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Tell how long one stage of the work takes, in milliseconds; its own stages are indented."""
    if not is_debugging():
        yield
        return
    started = perf_counter()
    _clock.depth += 1
    try:
        yield
    finally:
        _clock.depth -= 1
        _clock.tell(name, perf_counter() - started)


def finish() -> None:
    """Tell the total, and what of it no stage took."""
    if not is_debugging():
        return
    total = perf_counter() - _clock.started
    _clock.tell(_REST, total - _clock.told)
    _clock.tell("total", total)
