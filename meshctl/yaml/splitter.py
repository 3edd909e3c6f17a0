"""Finds where each document of a file begins, and puts files behind each other."""

import codecs
import re
from collections.abc import Iterable, Iterator

_MARKER = re.compile(r"\n(?:---|\.\.\.)(?=\s|\Z)", re.ASCII)
_BLANK = r"(?:\s|[#%][^\n]*+)*+"
_NOTHING = re.compile(rf"(---(?=\s|\Z))?{_BLANK}(\.\.\.{_BLANK})*+", re.ASCII)
_BOM = codecs.BOM_UTF8.decode()
_SEPARATOR = "---\n"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(content: bytes) -> str:
    """Read the bytes of a file; bytes that are not UTF-8 become lone surrogates."""
    if content.startswith(_UTF16):
        return content.decode("utf-16", errors="replace")
    return content.removeprefix(codecs.BOM_UTF8).decode(errors="surrogateescape")


def split(text: str) -> Iterator[tuple[int, str]]:
    """Cut a file into documents, each with the number of its first line.

    A ``---`` at the start of a line begins a document and a ``...`` ends one, whatever surrounds
    them, so that a broken document cannot swallow the next. What holds only comments is no
    document; comments and directives ahead of a ``---`` belong to the document below it.
    """
    start = line = 0
    for end in [*_borders(text), len(text)]:
        part = text[start:end]
        if not (nothing := _NOTHING.fullmatch(part)):
            yield line + 1, part
        elif not any(nothing.groups()):
            continue
        line += part.count("\n")
        start = end


def _borders(text: str) -> Iterator[int]:
    for match in _MARKER.finditer(text):
        if match[0] == "\n---":
            yield match.start() + 1
        else:
            line_end = text.find("\n", match.end())
            yield len(text) if line_end < 0 else line_end + 1


def joined(texts: Iterable[str]) -> str:
    """Put files behind each other as documents of their own."""
    whole = ""
    for text in texts:
        following = text.removeprefix(_BOM) if whole else text
        if whole and not whole.endswith("\n"):
            whole += "\n"
        if whole and following and not following.startswith("---") and not _is_ended(whole):
            whole += _SEPARATOR
        whole += following
    return whole


def _is_ended(text: str) -> bool:
    return text.endswith(f"\n{_SEPARATOR}") or text == _SEPARATOR
