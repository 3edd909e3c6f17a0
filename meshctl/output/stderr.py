"""Complains on standard error, with nothing that commands the terminal."""

import sys

from meshctl.words import message_lines


def complain(text: str) -> None:
    """Write a text that may hold what a cluster or a file says."""
    sys.stderr.write("\n".join(message_lines(text)) + "\n")
