"""Reads ignore comments: ``# meshctl: ignore[rule] reason``."""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.lazy_pattern import lazy_pattern
from meshctl.masking.tokens import MASK
from meshctl.sources.documents import Comment, Document, Problem, Span

_DIRECTIVE = lazy_pattern(r"meshctl:\s*(.*)")
_IGNORE = lazy_pattern(r"ignore\s*\[([^\[\]]+)\]\s*(.*)")
_RULE = lazy_pattern(r"[^\s,]+")


class IgnoreComment(NamedTuple):
    """An ignore comment, and the lines of the file on which it covers findings."""

    file: str
    line: int
    own_line: bool
    rules: tuple[str, ...]
    reason: str
    first_line: int
    last_line: int


def ignores(document: Document) -> tuple[list[IgnoreComment], list[Problem]]:
    """Read the ignore comments of a document, and report those that cannot be understood.

    A comment above the first key covers the whole document, one beside text covers its line, and
    one on a line of its own covers the next line that holds more than a comment.
    """
    found: list[IgnoreComment] = []
    problems: list[Problem] = []
    comments = list(document.comments())
    if not comments:
        return found, problems
    covered = _next_lines(document, comments)
    first_key = document.span(()).line
    last_line = document.first_line + document.text.count("\n")
    for comment in comments:
        directive = _DIRECTIVE.match(comment.text)
        if not directive:
            continue
        ignore = _IGNORE.fullmatch(directive[1])
        rules = tuple(_RULE.findall(ignore[1])) if ignore else ()
        if not ignore or not rules:
            problems.append(_malformed(document, comment))
            continue
        line = covered.get(comment.line, comment.line)
        scope = (document.first_line, last_line) if comment.line < first_key else (line, line)
        found.append(
            IgnoreComment(document.file, comment.line, comment.own_line, rules, ignore[2], *scope)
        )
    return found, problems


def _next_lines(document: Document, comments: Sequence[Comment]) -> dict[int, int]:
    """For each comment on a line of its own, the next line with anything else on it."""
    result: dict[int, int] = {}
    for comment in reversed(comments):
        if comment.own_line:
            line = comment.line + 1
            while (text := document.lines(line, line)) and not text[0].strip():
                line += 1
            result[comment.line] = result.get(line, line)
    return result


def _malformed(document: Document, comment: Comment) -> Problem:
    (written,) = document.lines(comment.line, comment.line)
    lines = document.source_lines(document.file, comment.line, comment.line)
    column = written.rindex(comment.text) + 1
    shown = comment.text if lines == (written,) else MASK
    return Problem(
        "malformed-ignore",
        f"`{shown}` is not understood; write `# meshctl: ignore[rule-id] reason`",
        document.file,
        Span(comment.line, column, comment.line, column + len(comment.text)),
        lines,
    )
