"""Sprig's functions for text."""

import base64
import re
from collections.abc import Callable, Mapping
from hashlib import sha1, sha256, sha512
from typing import Any
from zlib import adler32

from meshctl.inject.go_template.errors import CallError
from meshctl.inject.go_template.printf import quote
from meshctl.inject.go_template.values import show_inside

MAX_LENGTH = 1_000_000
"""Characters of a text that ``repeat`` and ``indent`` may make."""


def _texts(values: Any) -> list[str]:
    if isinstance(values, list | tuple):
        return [show_inside(value) for value in values if value is not None]
    return [show_inside(values)]


def _indent(spaces: int, text: str) -> str:
    _check_length(spaces * (text.count("\n") + 1))
    pad = " " * spaces
    return pad + text.replace("\n", "\n" + pad)


def _check_length(length: int) -> None:
    if length > MAX_LENGTH:
        raise CallError(f"more than {MAX_LENGTH:,} characters")


def _repeat(count: int, text: str) -> str:
    _check_length(count * len(text))
    return text * count


def _replace(old: str, new: str, text: str) -> str:
    _check_length(text.count(old) * len(new))
    return text.replace(old, new)


def _join(separator: str, values: Any) -> str:
    texts = _texts(values)
    _check_length(len(separator) * len(texts))
    return separator.join(texts)


def _trunc(count: int, text: str) -> str:
    raw = text.encode()
    kept = raw[:count] if count >= 0 else raw[-min(-count, len(raw)) :]
    return kept.decode(errors="replace")


def _substring(start: int, end: int, text: str) -> str:
    if start < 0:
        return text[: max(end, 0)]
    return text[start:] if end < 0 or end > len(text) else text[start:end]


def _words(text: str) -> list[str]:
    """Cut at anything but letters and digits, and before capitals."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+", text)


def _camel(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[-_ ]+", text))


def _wrap_with(width: int, end: str, text: str) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        current = ""
        for word in line.split(" "):
            if current and len(current) + 1 + len(word) > width:
                lines.append(current)
                current = word
            else:
                current = f"{current} {word}" if current else word
        lines.append(current)
    return end.join(lines)


def _split(separator: str, text: str, count: int = -1) -> dict[str, str]:
    parts = text.split(separator) if count < 0 else text.split(separator, max(count - 1, 0))
    return {f"_{number}": part for number, part in enumerate(parts)}


def _decode(decoder: Callable[[str], bytes]) -> Callable[[str], str]:
    def decode(text: str) -> str:
        try:
            return decoder(text).decode(errors="replace")
        except ValueError as error:
            return str(error)

    return decode


def _plural(singular: str, many: str, count: int) -> str:
    return singular if count == 1 else many


_TRIMMED = " \t\n\v\f\r\x85\xa0"
STRINGS: Mapping[str, Callable[..., Any]] = {
    "abbrev": lambda n, s: s if len(s) <= n or n < 4 else s[: n - 3] + "...",  # noqa: PLR2004
    "adler32sum": lambda s: str(adler32(s.encode())),
    "b32dec": _decode(base64.b32decode),
    "b32enc": lambda s: base64.b32encode(s.encode()).decode(),
    "b64dec": _decode(base64.b64decode),
    "b64enc": lambda s: base64.b64encode(s.encode()).decode(),
    "camelcase": _camel,
    "cat": lambda *v: " ".join(show_inside(item) for item in v if item is not None),
    "contains": lambda part, s: part in s,
    "hasPrefix": lambda part, s: s.startswith(part),
    "hasSuffix": lambda part, s: s.endswith(part),
    "indent": _indent,
    "initials": lambda s: "".join(word[0] for word in s.split()),
    "join": _join,
    "kebabcase": lambda s: "-".join(_words(s)).lower(),
    "lower": lambda s: s.lower(),
    "nindent": lambda n, s: "\n" + _indent(n, s),
    "nospace": lambda s: "".join(s.split()),
    "plural": _plural,
    "quote": lambda *v: " ".join(quote(show_inside(item)) for item in v if item is not None),
    "repeat": _repeat,
    "replace": _replace,
    "sha1sum": lambda s: sha1(s.encode()).hexdigest(),  # noqa: S324 - a checksum
    "sha256sum": lambda s: sha256(s.encode()).hexdigest(),
    "sha512sum": lambda s: sha512(s.encode()).hexdigest(),
    "snakecase": lambda s: "_".join(_words(s)).lower(),
    "sortAlpha": lambda v: sorted(_texts(v)),
    "split": _split,
    "splitList": lambda separator, s: s.split(separator),
    "splitn": lambda separator, n, s: _split(separator, s, n),
    "squote": lambda *v: " ".join(f"'{show_inside(item)}'" for item in v if item is not None),
    "substr": _substring,
    "swapcase": lambda s: s.swapcase(),
    "title": lambda s: re.sub(r"\b\w", lambda match: match[0].upper(), s),
    "toString": show_inside,
    "toStrings": _texts,
    "trim": lambda s: s.strip(_TRIMMED),
    "trimAll": lambda characters, s: s.strip(characters),
    "trimPrefix": lambda part, s: s.removeprefix(part),
    "trimSuffix": lambda part, s: s.removesuffix(part),
    "trimall": lambda characters, s: s.strip(characters),
    "trunc": _trunc,
    "untitle": lambda s: re.sub(r"\b\w", lambda match: match[0].lower(), s),
    "upper": lambda s: s.upper(),
    "wrap": lambda width, s: _wrap_with(width, "\n", s),
    "wrapWith": _wrap_with,
}
