"""Tells on standard error, with ``--debug``, where the time of a command goes."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter


def is_debugging() -> bool:
    """Does the user want tracebacks and times?"""
    return bool(os.environ.get("MESHCTL_DEBUG"))


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Take the time of one part of the work, in seconds."""
    if not is_debugging():
        yield
        return
    started = perf_counter()
    try:
        yield
    finally:
        sys.stderr.write(f"{name}: {perf_counter() - started:.2f} s\n")
