"""Reads files that users name or that lie beside them; never a device, a pipe or a socket.

Opening a named pipe waits for somebody to write, and a device may never end.
"""

import os
import stat
from pathlib import Path

MOST_BYTES = 256_000_000
"""Size of one file; a mesh of 100,000 resources has some 120 MB."""

_KINDS = (
    (stat.S_ISDIR, "it is a directory"),
    (stat.S_ISFIFO, "it is a named pipe, which is never read; pass it as standard input"),
    (stat.S_ISSOCK, "it is a socket, which is never read"),
)
_OPEN_FILES = ("/dev/fd/", "/proc/self/fd/")
"""What a shell passes as ``<(command)``: a pipe that is open already, and that somebody writes."""


class NotAFileError(OSError):
    """There is something of that name, and it is no file to be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(None, reason)
        self.strerror = reason


def read_bytes(path: str | Path, most: int = MOST_BYTES) -> bytes:
    """Read a file, and at most one byte more than ``most``; OSError where it can't be read."""
    name = os.fspath(path)
    try:
        is_open = name.startswith(_OPEN_FILES)
        flags = os.O_RDONLY if is_open else os.O_RDONLY | os.O_NONBLOCK
        if not is_open:
            _check(os.stat(name).st_mode)  # noqa: PTH116 - before it is opened, which can do things
        handle = os.open(name, flags)
    except ValueError:
        raise NotAFileError("the name has a NUL byte") from None
    with os.fdopen(handle, "rb") as stream:
        if not is_open:
            _check(os.fstat(handle).st_mode)
        return stream.read(most + 1)


def read_text(path: str | Path) -> str:
    """Read a text file; OSError where it can't be read, or is too large or no UTF-8."""
    content = read_bytes(path)
    if len(content) > MOST_BYTES:
        raise NotAFileError(f"it has more than {MOST_BYTES:,} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise NotAFileError("it is not UTF-8 text") from None


def _check(mode: int) -> None:
    if stat.S_ISREG(mode):
        return
    reasons = (reason for is_one, reason in _KINDS if is_one(mode))
    raise NotAFileError(next(reasons, "it is a device, which is never read"))
