"""Matches regular expressions as Go's package regexp does, whose grammar is RE2's."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from meshctl.inject.go_template.bounds import MAX_SIZE
from meshctl.inject.go_template.errors import CallError
from meshctl.re2.patterns import Pattern, PatternError, compiled
from meshctl.re2.quoting import quote_meta
from meshctl.words import quoted

_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))", re.ASCII)


def _compiled(pattern: str) -> Pattern:
    try:
        return compiled(pattern)
    except PatternError as error:
        raise CallError(f"{quoted(pattern)} is no regular expression: {error}") from None


def _matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    """Walk the matches; an empty one right behind another is none to Go."""
    end = -1
    for match in _compiled(pattern).matches(text):
        if match.end() > match.start() or match.start() != end:
            yield match
        end = match.end()


def _find(pattern: str, text: str) -> str:
    return next((match[0] for match in _matches(pattern, text)), "")


def _find_all(pattern: str, text: str, count: int) -> list[str]:
    found = [match[0] for match in _matches(pattern, text)]
    return found if count < 0 else found[:count]


def _replaced(pattern: str, text: str, make: Callable[[re.Match[str]], str]) -> str:
    parts, end, length = [], 0, 0
    for match in _matches(pattern, text):
        parts += [text[end : match.start()], make(match)]
        end = match.end()
        length += len(parts[-1])
        if length > MAX_SIZE:
            raise CallError(f"more than {MAX_SIZE:,} characters")
    return "".join((*parts, text[end:]))


def _expanded(template: str, match: re.Match[str]) -> str:
    """Fill ``$1`` and ``${name}``; a group that isn't there is empty."""

    def fill(reference: re.Match[str]) -> str:
        name = reference[2] or reference[3]
        if not name:
            return "$"
        try:
            return match[int(name) if name.isdecimal() else name] or ""
        except IndexError:
            return ""

    return _REFERENCE.sub(fill, template)


def _split(pattern: str, text: str, count: int) -> list[str]:
    if count == 0:
        return []
    if pattern and not text:
        return [""]
    parts: list[str] = []
    start = end = 0
    for match in _matches(pattern, text):
        if count > 0 and len(parts) == count - 1:
            break
        end = match.start()
        if match.end():
            parts.append(text[start:end])
        start = match.end()
    return [*parts, text[start:]] if end != len(text) else parts


PATTERNS: Mapping[str, Callable[..., Any]] = {
    "regexFind": _find,
    "regexFindAll": _find_all,
    "regexMatch": lambda p, s: _compiled(p).is_in(s),
    "regexQuoteMeta": quote_meta,
    "regexReplaceAll": lambda p, s, r: _replaced(p, s, lambda match: _expanded(r, match)),
    "regexReplaceAllLiteral": lambda p, s, r: _replaced(p, s, lambda _: r),
    "regexSplit": _split,
}
