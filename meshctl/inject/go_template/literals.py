"""Reads the constants of a template (Go's syntax of literals)."""

import re

from meshctl.inject.go_template.errors import TemplateSource
from meshctl.inject.go_template.lexer import Token
from meshctl.inject.go_template.values import fits

_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL
)
_SHORT = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    "\\": "\\", "'": "'", '"': '"',
}  # fmt: skip


def value(token: Token, source: TemplateSource) -> str | int | float:
    """Read a string, character or number."""
    if token.kind in {"string", "raw"}:
        return text(token, source)
    if token.kind == "char":
        characters = _unescape(token, source)
        if len(characters) != 1:
            raise source.error(f"{token.text} is not one character", token.offset)
        return ord(characters)
    return _number(token, source)


def text(token: Token, source: TemplateSource) -> str:
    """Read a string in double or back quotes."""
    if token.kind == "raw":
        return token.text[1:-1].replace("\r", "")
    return _unescape(token, source)


def _unescape(token: Token, source: TemplateSource) -> str:
    def replace(match: re.Match[str]) -> str:
        hexadecimal = match[1] or match[2] or match[3]
        if hexadecimal or match[4]:
            code = int(hexadecimal, 16) if hexadecimal else int(match[4], 8)
            if code <= 0x10FFFF:  # noqa: PLR2004 - the last character of Unicode
                return chr(code)
        elif match[5] in _SHORT:
            return _SHORT[match[5]]
        raise source.error(f"unknown escape {match[0]} in {token.text}", token.offset)

    return _ESCAPE.sub(replace, token.text[1:-1])


def _number(token: Token, source: TemplateSource) -> int | float:
    digits = token.text
    try:
        number = _read(digits)
    except ValueError:
        raise source.error(f"{digits} is not a number", token.offset) from None
    if isinstance(number, int) and not fits(number):
        raise source.error("integer overflow", token.offset)
    return number


def _read(digits: str) -> int | float:
    if re.fullmatch(r"[+-]?0[0-7_]+", digits):
        return int(digits.replace("_", ""), 8)
    if re.fullmatch(r"[+-]?(?:0[xXbBoO]\w+|\d[\d_]*)", digits):
        return int(digits, 0)
    return float(digits)
