"""Starts the process, and ends it: what has to be settled around Typer and the commands."""

import gc
import signal
import sys
from types import FrameType
from typing import NoReturn

_SHELLS_CODE = 128
"""Shells say which signal ended a process by adding its number to this."""


def main() -> None:
    """Run the command line and exit: 0 done, 1 findings, 2 the job could not be done.

    Python's collector is off, and finds nothing to walk over at the end: what a command makes it
    keeps until the process ends, so that every collection is in vain. What watches turns it on.
    """
    gc.disable()
    from meshctl.cli.app import main as run  # an import makes much that is kept, too

    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup has us ignore one of them
            signal.signal(number, _leave)
    try:
        run()
    finally:
        gc.freeze()


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """End with all that we have started and written for ourselves; a second signal ends us at once."""
    signal.signal(number, signal.SIG_DFL)
    sys.exit(_SHELLS_CODE + number)
