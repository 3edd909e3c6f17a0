"""Sends an answer where it was asked for: one format on standard output, any number in files."""

import io
import sys
from collections.abc import Callable, Collection, Sequence
from typing import TextIO, TypeVar

from meshctl.errors import UsageError
from meshctl.words import quoted

Answer = TypeVar("Answer")


class Destinations:
    """The formats that were asked for; each of ``files`` is ``FORMAT=FILE``.

    Raises UsageError for a format that isn't one of ``known``, and for a file without a format.
    """

    def __init__(self, output: str, files: Sequence[str] | None, known: Collection[str]) -> None:
        check_format(output, *known, writes_files=True)
        self._output = output
        self._files = [_format_and_file(text, known) for text in files or ()]

    def write(self, answer: Answer, writer: Callable[[str, Answer, TextIO], None]) -> None:
        """Write an answer in every format by ``writer``, which is told the name of each.

        Files come first, so that a broken pipe loses none of them.
        """
        from meshctl.output.files import write_file  # noqa: PLC0415 - few answers go to files

        for name, file in self._files:
            text = io.StringIO()
            writer(name, answer, text)
            write_file(file, text.getvalue())
        writer(self._output, answer, sys.stdout)
        sys.stdout.flush()


def check_format(output: str, *known: str, writes_files: bool = False) -> None:
    """Refuse a format that a command doesn't write, with UsageError."""
    if output in known:
        return
    name, equals, file = output.partition("=")
    if writes_files and name in known and equals and file:
        raise UsageError(f"-o takes a format alone; -O {quoted(output)} writes {name} to that file")
    raise UsageError(f"there is no output format {quoted(output)}; take one of {', '.join(known)}")


def _format_and_file(text: str, known: Collection[str]) -> tuple[str, str]:
    name, equals, file = text.partition("=")
    if not equals or not file:
        example = "sarif=meshctl.sarif" if "sarif" in known else "html=report.html"
        raise UsageError(f"-O {quoted(text)} should be FORMAT=FILE, such as {example}")
    check_format(name, *known)
    return name, file
