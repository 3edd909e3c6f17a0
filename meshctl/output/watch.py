"""Shows the same again and again, as it changes."""

import gc
import io
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from typing import TextIO

from meshctl.cluster.api import ClusterError
from meshctl.output.stderr import complain

Draw = Callable[[TextIO], int]
Show = Callable[[str, str], None]


class Screen(io.StringIO):
    """Text for a terminal of some columns, which is collected before it is shown."""

    columns = 80

    def isatty(self) -> bool:
        """Say yes: it is drawn as for the terminal that it will be shown on."""
        return True


def watch(draw: Draw, seconds: float) -> int:
    """Draw until it is interrupted; gives the exit code of the last state.

    A terminal is a live view, which leaves its last state behind; elsewhere every state stands
    below the one before. A cluster that could be asked once is waited for when it can't be for a
    while.
    """
    if not sys.stdout.isatty():
        return _watch(draw, seconds, io.StringIO, _below)
    from meshctl.output.drawing import live_screen  # noqa: PLC0415 - rich takes 40 ms

    last = ["", ""]

    def remember(text: str, warnings: str) -> None:
        last[:] = text, warnings
        show(f"{warnings}{text}")

    with live_screen(sys.stdout) as show:
        code = _watch(draw, seconds, _screen, remember)
    _below(*last)
    return code


def _watch(draw: Draw, seconds: float, make: Callable[[], io.StringIO], show: Show) -> int:
    code = 0
    gc.enable()  # a start turns it off, for commands that end with their first answer
    try:
        code = _draw(draw, make, show)
        while True:
            time.sleep(seconds)
            if not sys.stdout.isatty():
                sys.stdout.write("\n")
            code = _draw_again(draw, make, show)
    except KeyboardInterrupt:
        return code


def _draw_again(draw: Draw, make: Callable[[], io.StringIO], show: Show) -> int:
    try:
        return _draw(draw, make, show)
    except ClusterError as error:
        if sys.stdout.isatty():
            show("", f"meshctl: {error}\n")
        else:
            complain(f"meshctl: {error}")
        return error.exit_code


def _draw(draw: Draw, make: Callable[[], io.StringIO], show: Show) -> int:
    """Show a new state only when it is there, so that nothing flickers."""
    shown, warnings = make(), io.StringIO()
    with redirect_stderr(warnings):
        code = draw(shown)
    show(shown.getvalue(), warnings.getvalue())
    return code


def _screen() -> Screen:
    screen = Screen()
    screen.columns = shutil.get_terminal_size().columns
    return screen


def _below(text: str, warnings: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
    sys.stderr.write(warnings)
