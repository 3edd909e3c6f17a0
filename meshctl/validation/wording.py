"""The words of messages for a value, a type, and what was probably meant."""

import json
from collections.abc import Collection, Iterable
from typing import Any

from meshctl.validation.faults import Fault

_SHOWN = 60
_CHOICES_SHOWN = 12
_NEEDED = {
    "object": "a mapping", "array": "a list", "string": "text", "boolean": "true or false",
    "integer": "a whole number", "number": "a number",
}  # fmt: skip


def show(value: Any) -> str:
    """Write a value as JSON, cut where it gets long; blocks are named by what they are."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


def listed(names: Iterable[object]) -> str:
    """Write choices after one another, the first dozen of them."""
    shown = [str(name) for name in names]
    rest = f" and {len(shown) - _CHOICES_SHOWN} more" if len(shown) > _CHOICES_SHOWN else ""
    return ", ".join(shown[:_CHOICES_SHOWN]) + rest


def closest(name: str, known: Collection[str]) -> str:
    """Phrase the name that was probably meant, or nothing."""
    from difflib import get_close_matches  # noqa: PLC0415 - few names are misspelt

    from meshctl.spelling import same_but_for_signs  # noqa: PLC0415

    meant = same_but_for_signs(name, known)
    close = [meant] if meant else get_close_matches(name, known, n=1, cutoff=0.7)
    return f"; did you mean {close[0]}?" if close else ""


def wrong_type(
    value: Any, types: Collection[str], *, is_duration: bool = False
) -> tuple[Fault, ...]:
    """Say that a value has none of the types that are taken."""
    needed = " or ".join(_NEEDED.get(name, name) for name in types if name != "null")
    hint = ""
    if is_duration and type(value) in {int, float}:
        hint = f"; give it a unit, such as {show(value)}s"
    elif "string" in types and isinstance(value, (bool, int, float)):
        hint = "; put it in quotes"
    elif isinstance(value, str) and _is_bare(value, types):
        hint = "; take it out of the quotes"
    elif "array" in types and isinstance(value, (str, dict)):
        hint = "; put a `- ` in front of it"
    return (Fault("wrong-type", (), f"this is {show(value)}, but {needed} is taken{hint}"),)


def _is_bare(text: str, types: Collection[str]) -> bool:
    if "boolean" in types:
        return text in {"true", "false"}
    return bool({"integer", "number"} & set(types)) and text.isdecimal()
