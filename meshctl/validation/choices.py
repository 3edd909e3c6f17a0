"""Checks which fields go together: ``oneOf``, ``anyOf``, ``allOf`` and ``not``.

Protobuf's oneofs become CRDs as "none of them, or one of them required"; they are recognized,
so that a message can name the fields that exclude each other.
"""

from collections.abc import Callable, Iterator
from typing import Any

from meshctl.validation.faults import Check, Fault
from meshctl.validation.wording import listed

Schema = dict[str, Any]


def compile_choices(schema: Schema, compile_part: Callable[[Schema], Check]) -> list[Check]:
    """Make the checks of a schema's alternatives; ``compile_part`` makes those of each."""
    checks: list[Check] = []
    if "oneOf" in schema:
        checks.append(_one_of(schema["oneOf"], compile_part))
    if "anyOf" in schema:
        checks.append(_any_of(schema["anyOf"], compile_part))
    checks.extend(compile_part(part) for part in schema.get("allOf", ()))
    if "not" in schema:
        refused = compile_part(schema["not"])
        said = Fault("value-not-allowed", (), "this combination of values is not allowed")
        checks.append(lambda value: () if refused(value) else (said,))
    return checks


class _AtMostOne:
    """Fields of which an object may have one; ``is_needed`` asks for exactly one."""

    def __init__(self, names: tuple[str, ...], *, is_needed: bool) -> None:
        self._names = names
        self._is_needed = is_needed

    def __call__(self, value: Any) -> tuple[Fault, ...]:
        if type(value) is not dict or (len(value) <= 1 and not self._is_needed):
            return ()
        written = [name for name in self._names if value.get(name) is not None]
        if len(written) > 1:
            message = (
                f"{' and '.join(written)} exclude each other; write one of {listed(self._names)}"
            )
            return (Fault("value-not-allowed", (written[1],), message, key=True),)
        if self._is_needed and not written:
            message = f"one of {listed(self._names)} is needed"
            return (Fault("missing-field", (), message, key=True),)
        return ()


def _one_of(parts: list[Schema], compile_part: Callable[[Schema], Check]) -> Check:
    names = _single_names(parts)
    if len(names) == len(parts):
        return _AtMostOne(names, is_needed=True)
    if len(names) == len(parts) - 1 and _excludes(parts, set(names)):
        return _AtMostOne(names, is_needed=False)
    checks = [compile_part(part) for part in parts]

    def check(value: Any) -> tuple[Fault, ...]:
        fitting = sum(1 for each_check in checks if not each_check(value))
        if fitting == 1:
            return ()
        message = f"this must fit one of {len(checks)} alternatives; it fits {fitting}"
        return (Fault("value-not-allowed", (), message),)

    return check


def _any_of(parts: list[Schema], compile_part: Callable[[Schema], Check]) -> Check:
    checks = [compile_part(part) for part in parts]
    names = _single_names(parts)
    if len(names) == len(parts):
        said = Fault("missing-field", (), f"one of {listed(names)} is needed", key=True)
    else:
        said = Fault("value-not-allowed", (), f"this fits none of {len(checks)} alternatives")
    return lambda value: () if any(not check(value) for check in checks) else (said,)


def _single_names(parts: list[Schema]) -> tuple[str, ...]:
    """The fields of those parts that only demand one field."""
    return tuple(
        part["required"][0]
        for part in parts
        if part.keys() == {"required"} and len(part["required"]) == 1
    )


def _excludes(parts: list[Schema], names: set[str]) -> bool:
    """Is one of the parts "none of these names"?"""
    none_of: Iterator[list[Schema]] = (
        part["not"].get("anyOf", []) for part in parts if part.keys() == {"not"}
    )
    return any(set(_single_names(absent)) == names for absent in none_of)
