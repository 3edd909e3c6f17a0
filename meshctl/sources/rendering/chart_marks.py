"""Marks the lines of templates, so that rendered lines tell which lines made them.

A mark is a YAML comment with the numbers of the file and the line. It goes to every line that can
carry one: not to lines inside a template action or made of control actions alone, not where the next
line would be glued to it, and not in named templates whose text is computed with. Marks that change
what is rendered show in the comparison with the plain output, so a wrong one costs exactness and
never truth.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

MARK = re.compile(r" ?#@(\d+):(\d+)@")
_CONTROL = re.compile(
    r"-?\s*(?:if|else|end|range|with|define|block|break|continue)\b"
    r"|-?\s*\$\w*(?:\s*,\s*\$\w+)?\s*:?="
    r"|-?\s*/\*"
)
_OPENING = re.compile(r"-?\s*(?:if|range|with|define|block)\b")
_DEFINE = re.compile(r"-?\s*(?:define|block)\s+\"([^\"]+)\"")
_END = re.compile(r"-?\s*end\b")
_INCLUDED = re.compile(r"\b(?:include|template)\s+\"([^\"]+)\"")
_COMPUTING = re.compile(
    r"\b(?:eq|ne|lt|le|gt|ge|and|or|not|ternary|empty|default|coalesce|contains|has\w*|regex\w+"
    r"|get|index|trunc|replace|lower|upper|b64\w+|sha\d+sum|len|int\d*|atoi|split\w*)\b"
)
_ITEM = re.compile(r"""-(?:\s|$)|[^\s:#][^#]*:(?:\s|$)|[]{}[#&*!|>'"]|\{\{|---""")
_KEY_AND_TEXT = re.compile(r"""\s*(?:-\s+)*(?:[^\s:#'"{]+:\s+)?[^\s'"|>{\[&*!#-][^#]*$""")


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


def computed(texts: Iterable[str]) -> frozenset[str]:
    """The named templates whose text is compared or changed, where a mark would show.

    Those that they include are among them.
    """
    found: set[str] = set()
    includes: dict[str, set[str]] = {}
    for text in texts:
        inside: list[str] = []
        for action in actions(text):
            names = _INCLUDED.findall(action.text)
            computes = action.is_control or _COMPUTING.search(action.text)
            if names and computes and "fromYaml" not in action.text:  # which drops comments
                found.update(names)
            for outer in filter(None, inside):
                includes.setdefault(outer, set()).update(names)
            _nest(inside, action)
    waiting = list(found)
    while waiting:
        more = includes.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return frozenset(found)


def _nest(inside: list[str], action: Action) -> None:
    """Keep the blocks that are open after an action: names of templates, and empty for others."""
    if _OPENING.match(action.text):
        defined = _DEFINE.match(action.text)
        inside.append(defined[1] if defined else "")
    elif inside and _END.match(action.text):
        inside.pop()


def mark(text: str, number: int, unmarked: Collection[str] = ()) -> str:
    """Mark all lines of a template that can carry a mark; ``number`` stands for the file.

    Nothing in the named templates ``unmarked`` gets one.
    """
    found = list(actions(text))
    lines = text.split("\n")
    marked: list[str] = []
    inside: list[str] = []
    offset = index = 0
    for line_number, line in enumerate(lines, 1):
        end = offset + len(line)
        while index < len(found) and found[index].end <= offset:
            index += 1
        here = list(takewhile(lambda action: action.start < end, found[index:]))  # noqa: B023 - used at once
        following = lines[line_number] if line_number < len(lines) else ""
        can = not any(name in unmarked for name in inside)
        if can and _can_carry(line, offset, here, following):
            bare = line.removesuffix("\r")
            gap = "" if bare.endswith("-}}") else " "
            marked.append(f"{bare}{gap}#@{number}:{line_number}@{line[len(bare) :]}")
        else:
            marked.append(line)
        for action in here:
            if action.start >= offset:
                _nest(inside, action)
        offset = end + 1
    return "\n".join(marked)


def _can_carry(line: str, offset: int, here: list[Action], following: str) -> bool:
    stripped = line.strip()
    end = offset + len(line)
    if not stripped or stripped.startswith(("---", "...", "#", "%")):
        return False
    if here and here[-1].end > end:
        return False  # the line ends inside an action
    if stripped.endswith("-}}") and not following.lstrip().startswith("{{-"):
        return False  # what follows would be glued to the mark
    left = _outside(line, offset, here)
    writes = [action for action in here if not action.is_control]
    if not left.strip() and not writes:
        return False
    return not _goes_on(line, following)


def _goes_on(line: str, following: str) -> bool:
    """Is the next line more of a plain text that this one begins, which a comment would end?"""
    more = following.lstrip()
    if not more.strip() or _ITEM.match(more) or _KEY_AND_TEXT.match(line) is None:
        return False
    return len(following) - len(more) > len(line) - len(line.lstrip())


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
