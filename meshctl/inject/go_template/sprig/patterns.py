"""Matches regular expressions as Go's package regexp does, whose grammar is RE2's.

Python's grammar is another one: what RE2 refuses is refused, and what both know but read
differently is put into Python's words.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from meshctl.re2 import parser as regex_syntax
from meshctl.words import quoted

_TOKEN = re.compile(
    r"\\x\{([0-9a-fA-F]+)\}|\\.|\[:\^?[a-z]+:\]|\(\?<|\{\d+(?:,\d*)?\}|.", re.DOTALL
)
_SPACES = r"\t\n\f\r "
_CLASSES = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": r"\t ", "digit": "0-9", "lower": "a-z",
    "punct": r"!-/:-@\[-`{-~", "space": r"\t\n\v\f\r ", "upper": "A-Z", "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}  # fmt: skip
_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))", re.ASCII)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Turn a pattern of Go into one of Python; ValueError where there is none."""
    program = regex_syntax.parse(pattern)
    if isinstance(program, regex_syntax.RegexError):
        raise ValueError(f"{quoted(pattern)} is no regular expression: {program}")  # noqa: TRY004
    try:
        return re.compile("".join(_translated(pattern)), re.ASCII)
    except re.error as error:
        raise ValueError(
            f"the regular expression {quoted(pattern)} is not supported: {error}"
        ) from None


def _translated(pattern: str) -> Iterator[str]:
    in_class, first = False, 0
    for match in _TOKEN.finditer(pattern):
        piece, start = match[0], match.start()
        if match[1]:
            yield re.escape(chr(int(match[1], 16)))
        elif piece[0] == "\\":
            yield _escape(piece, in_class=in_class)
        elif in_class:
            in_class = not (piece == "]" and start > first)
            yield _in_class(piece, is_last=not in_class)
        elif piece == "[":
            in_class = True
            first = start + (2 if pattern.startswith("^", start + 1) else 1)
            yield piece
        else:
            known = {"$": "$" if "(?m" in pattern else r"\Z", "(?<": "(?P<", "{": r"\{"}
            yield known.get(piece, piece)


def _escape(piece: str, *, in_class: bool) -> str:
    if piece[1] in "pPCQ" or (piece == r"\S" and in_class):
        raise re.error(f"{piece} is not known here")
    spaces = _SPACES if in_class else f"[{_SPACES}]"
    return {r"\z": r"\Z", r"\s": spaces, r"\S": f"[^{_SPACES}]"}.get(piece, piece)


def _in_class(piece: str, *, is_last: bool) -> str:
    if piece.startswith("[:"):
        if piece[2] == "^":
            raise re.error(f"{piece} is not known here")
        return _CLASSES[piece[2:-2]]
    return piece if is_last or piece not in "[]&|~" else f"\\{piece}"


def _matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    """Walk the matches; an empty one right behind another is none to Go."""
    end = -1
    for match in compiled(pattern).finditer(text):
        if match.end() > match.start() or match.start() != end:
            yield match
        end = match.end()


def _find(pattern: str, text: str) -> str:
    return next((match[0] for match in _matches(pattern, text)), "")


def _find_all(pattern: str, text: str, count: int) -> list[str]:
    found = [match[0] for match in _matches(pattern, text)]
    return found if count < 0 else found[:count]


def _replaced(pattern: str, text: str, make: Callable[[re.Match[str]], str]) -> str:
    written, end = "", 0
    for match in _matches(pattern, text):
        written += text[end : match.start()] + make(match)
        end = match.end()
    return written + text[end:]


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
    "regexMatch": lambda p, s: compiled(p).search(s) is not None,
    "regexQuoteMeta": lambda s: re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", s),
    "regexReplaceAll": lambda p, s, r: _replaced(p, s, lambda match: _expanded(r, match)),
    "regexReplaceAllLiteral": lambda p, s, r: _replaced(p, s, lambda _: r),
    "regexSplit": _split,
}
