"""Prints texts on standard output exactly as they are, whatever the terminal can show."""

import sys


def print_exactly(text: str) -> None:
    """Write a text as UTF-8."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # it is collected as text
        sys.stdout.write(text)
        return
    buffer.write(text.encode(errors="surrogateescape"))
    buffer.flush()
