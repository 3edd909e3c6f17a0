"""Shows how far long work has come, on a terminal's standard error."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

_QUIET_SECONDS = 1.0


@contextmanager
def progress(work: str = "reading files") -> Iterator[Callable[[int, int], None] | None]:
    """Show a bar with count and time left on a terminal, once a second has gone by.

    What is given takes how much is done, and of how much; ``None`` where nobody would see it.
    """
    if not sys.stderr.isatty():
        yield None
        return
    started = time.monotonic()
    with ExitStack() as stack:
        bar: Callable[[int, int], None] | None = None

        def show(done: int, total: int) -> None:
            nonlocal bar
            if bar is None and total and time.monotonic() - started > _QUIET_SECONDS:
                from meshctl.output.drawing import progress_bar  # noqa: PLC0415 - rich is slow

                bar = stack.enter_context(progress_bar(work, sys.stderr))
            if bar is not None:
                bar(done, total)

        yield show
