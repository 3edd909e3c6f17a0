r"""Parses ``--set`` values (Helm's strvals: a.b=c, a={b,c}, a[0].b=c, \ before , and .)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from meshctl.errors import UsageError
from meshctl.inject.overlays.default_values import FREE
from meshctl.words import quoted, whole_number

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_INDEX = re.compile(r"(.*?)((?:\[\d+\])+)", re.DOTALL)
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_WHOLE = re.compile(r"-?[1-9][0-9]{0,17}|0")
"""What Helm takes for a number; more digits than 64 bits hold stay text."""
_LONGEST_LIST = 1000
Step = str | int


def set_values(values: Mapping[str, Any], assignments: Iterable[str]) -> dict[str, Any]:
    """Apply the texts of ``--set`` to values; raises ``UsageError`` for what nobody reads."""
    result: Any = dict(values)
    for text in assignments:
        for name, value in _pairs(text):
            steps = _steps(name, text)
            _check(values, steps, name)
            result = _placed(result, steps, value)
    return result  # type: ignore[no-any-return]


def _pairs(text: str) -> Iterator[tuple[str, Any]]:
    """Split ``a=b,c={d,e}`` at the commas that are neither escaped nor in braces."""
    for part in _split(text, ","):
        name, sign, value = part.partition("=")
        if not sign or not name:
            raise UsageError(
                f"--set {quoted(text)}: {quoted(part)} is no NAME=VALUE; write \\, for a comma in a value"
            )
        yield name, _typed_list(value)


def _split(text: str, separator: str) -> list[str]:
    """Split at a separator outside braces; what a backslash protects is kept with it."""
    parts, start, depth, place = [], 0, 0, 0
    while place < len(text):
        character = text[place]
        if character == "\\":
            place += 1
        elif character in "{}":
            depth += 1 if character == "{" else -1
        elif character == separator and depth <= 0:
            parts.append(text[start:place])
            start = place + 1
        place += 1
    return [*parts, text[start:]]


def _typed_list(text: str) -> Any:
    if text.startswith("{") and text.endswith("}"):
        inner = text[1:-1]
        return [_typed(word) for word in _split(inner, ",")] if inner else []
    return _typed(text)


def _typed(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if _WHOLE.fullmatch(text) else _ESCAPED.sub(r"\1", text)


def _steps(name: str, text: str) -> list[Step]:
    steps: list[Step] = []
    for part in _split(name, "."):
        match = _INDEX.fullmatch(part)
        steps.append(_ESCAPED.sub(r"\1", match[1] if match else part))
        steps += [_index(digits) for digits in re.findall(r"\d+", match[2])] if match else []
    if "" in steps:
        raise UsageError(
            f"--set {quoted(text)}: {quoted(name)} has an empty part; write \\. for a dot in one"
        )
    if any(isinstance(step, int) and step > _LONGEST_LIST for step in steps):
        raise UsageError(f"--set {quoted(text)}: no list is that long; give a smaller index")
    return steps


def _index(digits: str) -> int:
    number = whole_number(digits)
    return _LONGEST_LIST + 1 if number is None else number


def _check(known: Any, steps: list[Step], name: str) -> None:
    """Refuse names that injection never reads."""
    for depth, step in enumerate(steps):
        is_free = depth > 0 and steps[depth - 1] in FREE
        if not isinstance(known, Mapping) or not known or is_free:
            return
        if step not in known:
            above = ".".join(map(str, steps[:depth]))
            near = get_close_matches(str(step), known, n=1)
            place = f"below {above}" if above else "at the top of the values"
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UsageError(
                f"--set {name}: injection does not read {quoted(step)}{hint} ({place} it reads "
                f"{', '.join(sorted(known))})"
            )
        known = known[step]


def _placed(values: Any, steps: list[Step], value: Any) -> Any:
    """Give the values with one of them replaced; lists grow as far as an index asks."""
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, int):
        items = list(values) if isinstance(values, list) else []
        items += [None] * (step + 1 - len(items))
        items[step] = _placed(items[step], rest, value)
        return items
    mapping = values if isinstance(values, Mapping) else {}
    return {**mapping, step: _placed(mapping.get(step), rest, value)}
