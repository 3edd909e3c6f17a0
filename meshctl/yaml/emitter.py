"""Writes YAML as Kubernetes' Go library does (sigs.k8s.io/yaml 1.6, goyaml 2.4)."""

import re
from functools import cmp_to_key, lru_cache
from typing import Any

from meshctl.yaml import scalars
from meshctl.yaml.floats import show_float

_WIDTH = 80
_DIGIT = "0123456789"
_DIGITS = re.compile(r"[0-9]*")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?")
_TIMESTAMP = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{1,2}:.*)?")
_SPECIAL = "[^\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
_INDICATOR_FIRST = frozenset("#,[]{}&*!|>'\"%@`")
_ESCAPES = {"\0": "\\0", "\a": "\\a", "\b": "\\b", "\v": "\\v", "\f": "\\f", "\x1b": "\\e",
            "\x85": "\\N", "\xa0": "\\_", "\u2028": "\\L", "\u2029": "\\P", "\r": "\\r",
            "\t": "\\t"}  # fmt: skip


def dumps(value: Any) -> str:
    """Write a value as one YAML document, without ``---``."""
    written: list[str] = []
    if isinstance(value, dict | list) and value:
        _write(value, 0, written)
    else:
        written.append(_leaf(value, 0, 0))
    return "\n".join([*written, ""])


def _write(value: dict[str, Any] | list[Any], indent: int, written: list[str]) -> None:
    """Add the lines of a block; a text of several lines counts as one."""
    if isinstance(value, dict):
        _write_mapping(value, indent, written)
        return
    pad = " " * indent
    for item in value:
        if isinstance(item, dict | list) and item:
            first = len(written)
            _write(item, indent + 2, written)
            written[first] = f"{pad}- {written[first][indent + 2 :]}"
        else:
            written.append(f"{pad}- {_leaf(item, indent, indent + 2)}")


def _write_mapping(value: dict[str, Any], indent: int, written: list[str]) -> None:
    pad = " " * indent
    for key in sorted_keys(tuple(value)):
        inner = value[key]
        name = _scalar(key, 0, 0, is_key=True)
        if isinstance(inner, dict | list) and inner:
            written.append(f"{pad}{name}:")
            _write(inner, indent + 2 if isinstance(inner, dict) else indent, written)
        else:
            written.append(f"{pad}{name}: {_leaf(inner, indent, indent + len(name) + 2)}")


def _leaf(value: Any, indent: int, column: int) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return show_float(value)
    return _scalar(value, indent + 2, column)


@lru_cache(maxsize=4096)
def _is_text(value: str) -> bool:
    """Would the bare word be read as this text again?"""
    if _BASE_60.fullmatch(value) or _TIMESTAMP.fullmatch(value) or value in {"<<", "="}:
        return False
    try:
        return scalars.plain(value) == value
    except ValueError:
        return False


def _is_special(value: str) -> bool:
    """Is there a character that YAML can't show as it is? A tab or the end of a line is none."""
    if value.isascii():
        return not value.replace("\n", "").replace("\t", "").isprintable()
    return re.search(_SPECIAL, value) is not None  # takes 5 ms to compile, and few need it


@lru_cache(maxsize=4096)
def _is_bare(value: str, *, is_key: bool) -> bool:
    """Does it stand as it is, on one line?"""
    return (
        not _is_special(value)
        and not any(sign in value for sign in "\n\t\ufeff")
        and _is_text(value)
        and value == value.strip(" ")
        and _is_plain(value, is_key=is_key)
    )


def _scalar(value: str, indent: int, column: int, *, is_key: bool = False) -> str:
    if (is_key or column + len(value) <= _WIDTH) and _is_bare(value, is_key=is_key):
        return value
    special = _is_special(value) or "\ufeff" in value
    if "\n" in value:
        if is_key or special or re.search(r" (?:\n|\Z)", value):
            return _double(value, indent, column, is_key=is_key)
        return _literal(value, indent)
    if not _is_text(value):
        return _double(value, indent, column, is_key=is_key)
    if _is_bare(value, is_key=is_key):
        return _fold(value, indent, column, "")
    if special or "\t" in value:
        return _double(value, indent, column, is_key=is_key)
    quoted = value.replace("'", "''")
    return f"'{quoted}'" if is_key else _fold(quoted, indent, column, "'")


def _is_plain(value: str, *, is_key: bool) -> bool:
    first = value[0]
    if first in _INDICATOR_FIRST or value.startswith(("---", "...")):
        return False
    if first in "-?:" and (len(value) == 1 or value[1] == " "):
        return False
    if is_key and first in "?:":
        return False
    return not (": " in value or " #" in value or value.endswith(":"))


def _fold(value: str, indent: int, column: int, quote: str) -> str:
    """Break at single spaces once a line is longer than ``_WIDTH``."""
    if column + len(value) <= _WIDTH or " " not in value:
        return f"{quote}{value}{quote}"
    written: list[str] = [quote]
    column += len(quote)
    last = len(value) - 1
    for place, character in enumerate(value):
        if character == " " and column > _WIDTH and 0 < place < last:
            alone = value[place - 1] != " " and value[place + 1] != " "
            if alone:
                written.append("\n" + " " * indent)
                column = indent
                continue
        written.append(character)
        column += 1
    return "".join([*written, quote])


def _literal(value: str, indent: int) -> str:
    hint = "2" if value[0] in " \n" else ""
    if not value.endswith("\n"):
        hint += "-"
    elif value == "\n" or value.endswith("\n\n"):
        hint += "+"
    lines = value.removesuffix("\n").split("\n")
    return f"|{hint}\n" + "\n".join(" " * indent + line if line else "" for line in lines)


def _double(value: str, indent: int, column: int, *, is_key: bool) -> str:
    written = ['"']
    column += 1
    last = len(value) - 1
    for place, character in enumerate(value):
        if character == " " and not is_key and column > _WIDTH and 0 < place < last:
            follows = "\\" if value[place + 1] == " " else ""
            written.append("\n" + " " * indent + follows)
            column = indent + len(follows)
            if value[place - 1] != " ":
                continue
            character = ""  # noqa: PLW2901 - the break stands for it
        text = _escape(character)
        written.append(text)
        column += len(text)
    return "".join([*written, '"'])


def _escape(character: str) -> str:
    if character in {'"', "\\"}:
        return f"\\{character}"
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character == "\n":
        return "\\n"
    if _is_special(character) or character == "\ufeff":
        code = ord(character)
        return f"\\x{code:02X}" if code < 256 else f"\\u{code:04X}"  # noqa: PLR2004 - a byte
    return character


@lru_cache(maxsize=4096)
def sorted_keys(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Sort keys as goyaml does: numbers inside them by value, letters after anything else."""
    return tuple(sorted(keys, key=cmp_to_key(_compare)))


def _compare(this: str, other: str) -> int:
    for place, (a, b) in enumerate(zip(this, other, strict=False)):
        if a == b:
            continue
        if a.isalpha() or b.isalpha():
            both = a.isalpha() and b.isalpha()
            return (-1 if a < b else 1) if both else (-1 if b.isalpha() else 1)
        lead = "1" if "0" in {a, b} and _goes_on(this[:place]) else ""
        numbers = _number(this, place, lead), _number(other, place, lead)
        if numbers[0] != numbers[1]:
            return -1 if numbers[0] < numbers[1] else 1
        return -1 if a < b else 1
    return len(this) - len(other)


def _goes_on(text: str) -> bool:
    """Does it end in a number other than 0, which the next digit is a part of?"""
    return bool(text[len(text.rstrip(_DIGIT)) :].strip("0"))


def _number(text: str, place: int, lead: str) -> tuple[int, int]:
    """Give the value and the length of the digits from a place on."""
    match = _DIGITS.match(text, place)
    digits = match[0] if match else ""
    return _wrapped(f"{lead}{digits}"), len(digits)


def _wrapped(digits: str) -> int:
    """Add digits up in 64 bits, as goyaml does, whose numbers overflow."""
    number = 0
    for digit in digits:
        number = (number * 10 + int(digit)) % 2**64
    return number - 2**64 if number >= 2**63 else number
