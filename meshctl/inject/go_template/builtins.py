"""The functions of every Go template (text/template/funcs.go).

``and`` and ``or`` are not here: they do not evaluate what they don't need.
"""

import html
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus

from meshctl.inject.go_template.errors import CallError
from meshctl.inject.go_template.printf import printf
from meshctl.inject.go_template.values import equal, less, show_inside


def _equal(first: Any, *others: Any) -> bool:
    if not others:
        raise CallError("missing argument for comparison")
    return any(equal(first, other) for other in others)


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, Mapping):
            value = value[key] if key in value else getattr(value, "zero", None)
        elif value is None:
            raise CallError("index of untyped nil")
        elif isinstance(value, list | tuple | str):
            if isinstance(key, bool) or not isinstance(key, int):
                raise CallError(f"cannot index a list with {show_inside(key)}")
            if not 0 <= key < len(value):
                raise CallError(f"index out of range: {key}")
            value = value.encode()[key] if isinstance(value, str) else value[key]
        else:
            raise CallError(f"can't index item of {show_inside(value)}")
    return value


def _slice(value: Any, *bounds: int) -> Any:
    if not isinstance(value, str | list | tuple):
        raise CallError("can't slice this item")
    first, last = (*bounds[:2], *(0, len(value))[len(bounds[:2]) :])
    if not 0 <= first <= last <= len(value):
        raise CallError(f"index out of range: {first}:{last}")
    return value[first:last]


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value.encode())
    if value is None or not hasattr(value, "__len__"):
        raise CallError(f"len of {show_inside(value)}")
    return len(value)


def _print(*values: Any) -> str:
    """Spaces stand between operands neither of which is a text."""
    text = ""
    for number, value in enumerate(values):
        if number and not isinstance(value, str) and not isinstance(values[number - 1], str):
            text += " "
        text += show_inside(value)
    return text


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    if not callable(function):
        raise CallError("non-function")
    return function(*arguments)


_JS = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026",
     "=": "\\u003D", "\n": "\\u000A", "\r": "\\u000D", "\t": "\\u0009"}
)  # fmt: skip

BUILTINS: Mapping[str, Callable[..., Any]] = {
    "not": lambda value: not value,
    "eq": _equal,
    "ne": lambda this, other: not equal(this, other),
    "lt": less,
    "le": lambda this, other: less(this, other) or equal(this, other),
    "gt": lambda this, other: not (less(this, other) or equal(this, other)),
    "ge": lambda this, other: not less(this, other),
    "index": _index,
    "slice": _slice,
    "len": _length,
    "print": _print,
    "println": lambda *values: " ".join(map(show_inside, values)) + "\n",
    "printf": printf,
    "html": lambda *values: html.escape(_print(*values)).replace("&quot;", "&#34;")
    .replace("&#x27;", "&#39;"),
    "js": lambda *values: _print(*values).translate(_JS),
    "urlquery": lambda *values: quote_plus(_print(*values)),
    "call": _call,
}  # fmt: skip
