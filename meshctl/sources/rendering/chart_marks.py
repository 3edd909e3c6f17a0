"""Marks the lines of templates, so that rendered lines tell which lines made them.

A mark is a YAML comment with the numbers of the file and the line. It goes to every line that can
carry one: not to lines inside a template action or made of control actions alone, and not where the
next thing trims white space up to it. Marks that change what is rendered show in the comparison
with the plain output, so a wrong one costs exactness and never truth.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

MARK = re.compile(r" #@(\d+):(\d+)@")
_CONTROL = re.compile(
    r"-?\s*(?:if|else|end|range|with|define|block|break|continue)\b"
    r"|-?\s*\$\w*(?:\s*,\s*\$\w+)?\s*:?="
    r"|-?\s*/\*"
)


class Action(NamedTuple):
    """A template action: its offsets with the braces, and the text between them."""

    start: int
    end: int
    text: str

    @property
    def is_control(self) -> bool:
        """Does it write nothing by itself?"""
        return _CONTROL.match(self.text) is not None


def actions(text: str) -> Iterator[Action]:
    """Walk the actions of a template in linear time; one without an end reaches to the last line."""
    start = text.find("{{")
    while start >= 0:
        body = start + 2
        comment = text.startswith(("/*", "- /*"), body)
        close = text.find("*/", body) if comment else body
        close = text.find("}}", close if close >= 0 else body)
        end = close + 2 if close >= 0 else len(text)
        yield Action(start, end, text[body : close if close >= 0 else len(text)])
        start = text.find("{{", end)


def mark(text: str, number: int) -> str:
    """Mark all lines of a template that can carry a mark; ``number`` stands for the file."""
    found = list(actions(text))
    lines = text.split("\n")
    marked, offset, index = [], 0, 0
    for line_number, line in enumerate(lines, 1):
        end = offset + len(line)
        while index < len(found) and found[index].end <= offset:
            index += 1
        here = []
        for action in found[index:]:
            if action.start >= end:
                break
            here.append(action)
        can = _can_carry(text, line, offset, here)
        bare = line.removesuffix("\r")
        tail = line[len(bare) :]
        marked.append(f"{bare} #@{number}:{line_number}@{tail}" if can else line)
        offset = end + 1
    return "\n".join(marked)


def _can_carry(text: str, line: str, offset: int, here: list[Action]) -> bool:
    stripped = line.strip()
    end = offset + len(line)
    if not stripped or stripped.startswith(("---", "...", "#", "%")):
        return False
    if here and here[-1].end > end:
        return False  # the line ends inside an action
    if stripped.endswith("-}}"):
        return False  # what follows would be glued to the mark
    left = _outside(line, offset, here)
    writes = [action for action in here if not action.is_control]
    if not left.strip() and not writes:
        return False
    return not text.startswith("{{- include", end + 1)


def _outside(line: str, offset: int, here: list[Action]) -> str:
    """What a line has beside its actions."""
    parts, position = [], 0
    for action in here:
        parts.append(line[position : max(action.start - offset, 0)])
        position = max(action.end - offset, 0)
    parts.append(line[position:])
    return "".join(parts)


def strip(text: str) -> str:
    """A text without its marks."""
    return MARK.sub("", text)


def marks_of(line: str) -> list[tuple[int, int]]:
    """The marks of a line, file and line, in the order in which they stand: the innermost first."""
    return [(int(match[1]), int(match[2])) for match in MARK.finditer(line)]
