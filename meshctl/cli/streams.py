"""Settles standard input, output and error, each of which may be closed, full or without a reader."""

import io
import os
import select
import sys
from contextlib import suppress
from typing import TextIO

from meshctl.errors import InputError


class _Closed(io.RawIOBase):
    """Stands for standard input where there is none."""

    def readable(self) -> bool:
        """Pretend, so that the error comes when somebody reads."""
        return True

    def readinto(self, _buffer: object) -> int:
        """Raise InputError."""
        raise InputError("standard input is closed; name files instead of -")


def prepare() -> None:
    """Give commands an input that says that it is closed, and errors a place to go."""
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_Closed()))
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - to the end
    elif isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")


def has_no_reader(stream: TextIO) -> bool:
    """Has the other end of a pipe been closed?"""
    try:
        poll = select.poll()
        poll.register(stream.fileno(), select.POLLOUT)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))
    except (OSError, ValueError, AttributeError):
        return True


def silence(stream: TextIO | None) -> None:
    """Let nothing that is left to write fail when the process ends."""
    if stream is None:
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
