"""Finds where an ignore comment can be written so that it covers a line and changes nothing else."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.sources.documents import Document
from meshctl.sources.ignore_comments import ignores
from meshctl.yaml.parser import Parser
from meshctl.yaml.splitter import split


class NewComment(NamedTuple):
    """Text to insert: in the line of this number, after so many characters, both from 1 and 0."""

    line: int
    after: int
    text: str


def new_comment(text: str, line: int, rule: str, reason: str) -> NewComment | None:
    """Write a comment that ignores a rule on a line of a file; ``None`` where none can stand.

    It stands above the line, else beside it. Inside of a text, or in JSON, it would be data.
    """
    lines = text.split("\n")
    if not 0 < line <= len(lines) or not _data(text):
        return None
    comment = f"# meshctl: ignore[{rule}] {reason}"
    for place in _places(lines[line - 1], line, comment):
        if _covers(text, _inserted(lines, place), line, place, rule):
            return place
    return None


def _places(written: str, line: int, comment: str) -> Iterator[NewComment]:
    indent = written[: len(written) - len(written.lstrip(" "))]
    bare = written.removesuffix("\r")
    end = written[len(bare) :] + "\n"  # as the lines of the file end
    yield NewComment(line, 0, f"{indent}{comment}{end}")
    yield NewComment(line, len(bare), f" {comment}")


def _inserted(lines: list[str], place: NewComment) -> str:
    written = lines[place.line - 1]
    line = written[: place.after] + place.text + written[place.after :]
    return "\n".join([*lines[: place.line - 1], line, *lines[place.line :]])


def _covers(before: str, after: str, line: int, place: NewComment, rule: str) -> bool:
    """Is the data the same, and the comment one that is about the line, and about it alone?"""
    if _data(before) != _data(after):
        return False
    here = line + place.text.count("\n")
    for first_line, part in split(after):
        for found in ignores(Document("", first_line, part, None))[0]:
            if found.line == line and rule in found.rules:
                return (found.first_line, found.last_line) == (here, here)
    return False


def _data(text: str) -> list[object]:
    """What the documents of a text hold; empty where one of them cannot be read.

    JSON that becomes YAML by a comment is other data, since kubectl refuses it.
    """
    found = [Parser(tells_json=True).parse(part, first_line) for first_line, part in split(text)]
    if any(data is None for data, _ in found):
        return []
    return [(data, [note.kind for note in notes]) for data, notes in found]
