"""Shows how far long work has come, on a terminal's standard error."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_QUIET_SECONDS = 1.0


@contextmanager
def progress() -> Iterator[Callable[[int, int], None] | None]:
    """Show a progress line on a terminal's standard error once a second has gone by."""
    if not sys.stderr.isatty():
        yield None
        return
    started = time.monotonic()
    shown = False

    def show(done: int, total: int) -> None:
        nonlocal shown
        if time.monotonic() - started > _QUIET_SECONDS and total:
            shown = True
            sys.stderr.write(f"\rreading {done * 100 // total:3d} %")
            sys.stderr.flush()

    yield show
    if shown:
        sys.stderr.write("\r" + " " * 16 + "\r")
