"""Formats values as Go's Sprintf does (fmt/print.go)."""

import json
import re
from collections.abc import Callable
from typing import Any

from meshctl.inject.go_template.errors import CallError
from meshctl.inject.go_template.values import show_inside, type_name
from meshctl.yaml.floats import show_float

_VERB = re.compile(r"%([-+# 0]*)(\d+|\*)?(?:\.(\d+)?)?(.)", re.DOTALL)
_PRECISION = re.compile(r"\.(\d*)")
MAX_WIDTH = 1000
"""Wider fields are refused: they would fill the memory."""


def printf(pattern: str, *values: Any) -> str:
    """Fill a pattern; a verb that doesn't suit its value is shown as Go shows it."""
    rest = list(values)

    def replace(match: re.Match[str]) -> str:
        flags, width, verb = match[1], match[2], match[4]
        if verb == "%":
            return "%"
        if width == "*":
            width = str(rest.pop(0)) if rest else ""
        if not rest:
            return f"%!{verb}(MISSING)"
        precision = _PRECISION.search(match[0])
        digits = int(precision[1] or 0) if precision else None
        if int(width or 0) > MAX_WIDTH or (digits or 0) > MAX_WIDTH:
            raise CallError(f"a field of {match[0]} is wider than {MAX_WIDTH}")
        text = _format(verb, flags, digits, rest.pop(0))
        return _pad(text, flags, int(width or 0))

    text = _VERB.sub(replace, pattern)
    if rest:
        extra = ", ".join(f"{type_name(value)}={show_inside(value)}" for value in rest)
        text += f"%!(EXTRA {extra})"
    return text


def _format(verb: str, flags: str, digits: int | None, value: Any) -> str:
    if verb == "v":
        return show_inside(value)
    if verb == "T":
        return type_name(value)
    if isinstance(value, bool):
        text = ("true" if value else "false") if verb == "t" else None
    elif isinstance(value, int):
        text = _integer(verb, flags, value)
    elif isinstance(value, float):
        text = _float(verb, flags, digits, value)
    elif isinstance(value, list | tuple):
        return f"[{' '.join(_format(verb, flags, digits, item) for item in value)}]"
    else:
        text = _text(verb, digits, value)
    if text is None:
        return f"%!{verb}({type_name(value)}={show_inside(value)})"
    return text


def _integer(verb: str, flags: str, value: int) -> str | None:
    makers: dict[str, Callable[[int], str]] = {
        "d": str, "x": lambda n: f"{n:x}", "X": lambda n: f"{n:X}", "o": lambda n: f"{n:o}",
        "b": lambda n: f"{n:b}", "c": chr, "U": lambda n: f"U+{n:04X}",
        "q": lambda n: f"'{chr(n)}'",
    }  # fmt: skip
    if verb not in makers:
        return None
    text = makers[verb](value)
    return f"+{text}" if "+" in flags and verb == "d" and value >= 0 else text


def _float(verb: str, flags: str, digits: int | None, value: float) -> str | None:
    if verb in {"g", "G"} and digits is None:
        text = show_float(value)
    elif verb in set("eEfFgG"):
        text = f"{value:.{6 if digits is None else digits}{verb}}"
    else:
        return None
    return f"+{text}" if "+" in flags and value >= 0 else text


def _text(verb: str, digits: int | None, value: Any) -> str | None:
    if verb == "s" and value is not None:
        return show_inside(value)[:digits]
    if verb == "q" and isinstance(value, str):
        return quote(value)
    if verb in {"x", "X"} and isinstance(value, str):
        text = value.encode().hex()
        return text.upper() if verb == "X" else text
    return None


def _pad(text: str, flags: str, width: int) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and re.fullmatch(r"[-+]?\w+(?:\.\w+)?", text):
        return text.zfill(width)
    return text.rjust(width)


def quote(text: str) -> str:
    """Write a text in double quotes (strconv.Quote)."""
    escapes = {"\a": "\\a", "\v": "\\v", "\x7f": "\\x7f"}
    written = json.dumps(text, ensure_ascii=False)
    for character, escape in escapes.items():
        written = written.replace(json.dumps(character, ensure_ascii=False)[1:-1], escape)
    return re.sub(r"\\u00([01][0-9a-f])", r"\\x\1", written)
