"""Shows the same again and again, as it changes."""

import io
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import TextIO

from meshctl.cluster.api import ClusterError
from meshctl.output.stderr import complain

_HOME_AND_CLEAR = "\x1b[H\x1b[2J"


def watch(draw: Callable[[TextIO], int], seconds: float) -> int:
    """Draw until it is interrupted; gives the exit code of the last state.

    A terminal is drawn over, elsewhere every state stands below the one before. A cluster that
    could be asked once is waited for when it can't be for a while.
    """
    code = 0
    try:
        code = _draw(draw)
        while True:
            time.sleep(seconds)
            sys.stdout.write("" if sys.stdout.isatty() else "\n")
            code = _draw_again(draw)
    except KeyboardInterrupt:
        return code


def _draw_again(draw: Callable[[TextIO], int]) -> int:
    try:
        return _draw(draw)
    except ClusterError as error:
        complain(f"meshctl: {error}")
        return error.exit_code


def _draw(draw: Callable[[TextIO], int]) -> int:
    """Clear the screen only when the new state is there, so that nothing flickers."""
    shown, warnings = io.StringIO(), io.StringIO()
    with redirect_stderr(warnings):
        code = draw(shown)
    if sys.stdout.isatty():
        sys.stdout.write(_HOME_AND_CLEAR)
    sys.stdout.write(shown.getvalue())
    sys.stdout.flush()
    sys.stderr.write(warnings.getvalue())
    return code
