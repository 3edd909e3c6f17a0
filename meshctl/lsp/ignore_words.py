"""Finds the name of a rule at a place of an ignore comment."""

import re
from typing import NamedTuple

_LIST = re.compile(r"#.*?meshctl:\s*ignore\s*\[([^\]]*)")
_NAME = re.compile(r"[^\s,\[\]]*")


class RuleWord(NamedTuple):
    """A name of a rule, perhaps a part of one, and its characters in the line from 0."""

    text: str
    start: int
    end: int


def rule_in_comment(line: str, column: int) -> RuleWord | None:
    """Find the name at a place of a line; ``None`` where no ignore comment lists rules."""
    listed = _LIST.match(line, max(line.find("#"), 0))
    if listed is None or not listed.start(1) <= column <= listed.end(1):
        return None
    start = column
    while start > listed.start(1) and line[start - 1] not in ", \t[":
        start -= 1
    found = _NAME.match(line, start)
    text = found[0] if found is not None else ""
    return RuleWord(text, start, start + len(text))
