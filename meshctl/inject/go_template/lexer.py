"""Cuts a template into tokens (text/template/parse/lex.go)."""

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

from meshctl.inject.go_template.errors import TemplateSource
from meshctl.words import quoted

_LEFT = re.compile(r"\{\{")
_COMMENT = re.compile(r"(?:-\s+)?/\*.*?\*/(?P<close>\s+-\}\}|\}\})", re.DOTALL)
_CLOSE = re.compile(r"\s+-\}\}|\}\}")
_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>"(?:\\.|[^"\\\n])*")
    | (?P<raw>`[^`]*`)
    | (?P<char>'(?:\\.|[^'\\\n])+')
    | (?P<number>[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+
                  |(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)(?!\w))
    | (?P<field>\.[^\W\d]\w*)
    | (?P<variable>\$\w*)
    | (?P<word>[^\W\d]\w*)
    | (?P<symbol>:=|[().,|=])
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """A piece of a template; ``spaced`` says that white space stands before it."""

    kind: str
    text: str
    offset: int
    spaced: bool = False


def tokens(source: TemplateSource) -> Iterator[Token]:
    """Cut a template into text and, between ``open`` and ``close``, the words of its actions."""
    text = source.text
    start = 0
    trims = False
    while match := _LEFT.search(text, start):
        literal = text[start : match.start()].lstrip() if trims else text[start : match.start()]
        inside = match.end()
        if text.startswith("-", inside) and text[inside + 1 : inside + 2].isspace():
            literal = literal.rstrip()
            inside += 1
        if literal:
            yield Token("text", literal, start)
        if comment := _COMMENT.match(text, match.end()):
            start, trims = comment.end(), "-" in comment["close"]
            continue
        yield Token("open", "{{", match.start())
        start, trims = yield from _action(source, inside)
    rest = text[start:].lstrip() if trims else text[start:]
    if rest:
        yield Token("text", rest, start)


def _action(source: TemplateSource, offset: int) -> Generator[Token, None, tuple[int, bool]]:
    """Cut one action; returns where it ends and whether it trims the text that follows."""
    text = source.text
    start = offset
    spaced = False
    while True:
        if close := _CLOSE.match(text, offset):
            yield Token("close", "}}", offset)
            return close.end(), "-" in close[0]
        match = _TOKEN.match(text, offset)
        if match is None:
            if offset >= len(text):
                raise source.error("this action is never closed by }}", start)
            raise source.error(f"unexpected {quoted(text[offset])} in an action", offset)
        kind = match.lastgroup or ""
        if kind != "space":
            yield Token(kind, match[0], offset, spaced)
        spaced = kind == "space"
        offset = match.end()
