"""Words what ends a command: a sentence for every failure, a traceback where it was asked for."""

import errno
import sys

from meshctl.errors import MeshctlError
from meshctl.words import quoted

_FULL = frozenset({errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT})
"""What writing fails with where standard output has no room, or isn't there any more."""
_lost: list[bool] = []
_REPORT = "this is a defect of meshctl; please report it, --debug shows where it is"


def complain(text: str) -> None:
    """Write to standard error, which may be full or gone as well."""
    from meshctl.output.stderr import complain as write  # nothing of it is needed otherwise

    try:
        write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass  # there is nobody left to tell; the exit code says it


def remember_loss() -> None:
    """Keep in mind that a part of the input could not be read, which is told already."""
    _lost.append(True)


def forget_losses() -> None:
    """Start anew, for a process that runs several commands."""
    _lost.clear()


def code_of(code: str | int | None) -> str | int | None:
    """Give the exit code of a command: 2 where it answers for a part of its input alone."""
    return 2 if _lost and code in {None, 0, 1} else code


def sentence_of(error: Exception) -> str:
    """Say in one sentence why a command ends, and what to do next."""
    if isinstance(error, MeshctlError):
        return str(error)
    if isinstance(error, MemoryError):
        return "the memory of this process is used up; analyse fewer files at once"
    if isinstance(error, RecursionError):
        return f"the input is nested too deep; {_REPORT}"
    if isinstance(error, OSError):
        return _of_the_system(error)
    from meshctl.masking.tokens import masked

    said = masked(" ".join(str(error).split()))[:300]
    return f"{type(error).__name__}{f': {said}' if said else ''}; {_REPORT}"


def _of_the_system(error: OSError) -> str:
    reason = error.strerror or str(error) or "the other end of a pipe is gone"
    if error.filename is not None:
        return f"{quoted(str(error.filename))} can't be used: {reason}; check the path"
    if error.errno in _FULL:
        return f"cannot write to standard output: {reason}"
    if error.errno == errno.ENOENT:
        return "the working directory is gone; change to one that exists"
    return f"the system refuses: {reason}"


def trace_of(error: Exception) -> str:
    """Write a traceback, without what looks like a secret in it."""
    import traceback

    from meshctl.masking.tokens import masked

    return masked("".join(traceback.format_exception(error)).rstrip())
