"""Checks single values by their schema: text, numbers, true and false."""

import re
from collections.abc import Iterator
from typing import Any

from meshctl.lazy_pattern import lazy_pattern
from meshctl.re2.patterns import PatternError, compiled
from meshctl.validation.faults import Fault, FaultKind, Meant
from meshctl.validation.wording import closest, listed, show, wrong_type

Schema = dict[str, Any]
Faults = tuple[Fault, ...]

_LONGEST = 20
"""Digits of a number that no field takes."""
_BITS = {"int32": 31, "int64": 63}
# The API server takes no empty text for base64 (govalidator.IsBase64).
_BASE64 = re.compile(
    r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})"
)
_DATE_TIME = lazy_pattern(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class Text:
    """Text: its length, its pattern, the words it may be."""

    def __init__(self, schema: Schema, types: tuple[str, ...]) -> None:
        self._types = types
        self._schema = schema
        self._words = frozenset(word for word in _choices(schema) if isinstance(word, str))
        rules = schema.get("x-kubernetes-validations", ())
        self._is_duration = any("duration(self)" in rule["rule"] for rule in rules)
        self._is_plain = not {
            "enum", "const", "pattern", "minLength", "maxLength", "format",
        } & schema.keys()  # fmt: skip

    def __call__(self, value: Any) -> Faults:
        """Check one value."""
        if type(value) is not str:
            faults = wrong_type(value, self._types, is_duration=self._is_duration)
            return tuple(fault._replace(meant=self._meant(value)) for fault in faults)
        if self._is_plain or value in self._words:
            return ()
        return tuple(self._faults(value))

    def _meant(self, value: Any) -> Meant | None:
        """Read numbers and flags as text; a duration is taken to be in seconds."""
        if type(value) not in {bool, int, float}:
            return None
        if self._is_duration:
            return Meant(f"{value}s", is_sure=False) if type(value) is int else None
        text = show(value)
        is_taken = text in self._words or not any(self._faults(text))
        return Meant(text, is_quoted=True) if is_taken else None

    def _faults(self, value: str) -> Iterator[Fault]:
        schema = self._schema
        if self._words:
            yield _fault(
                "value-not-allowed",
                f"{show(value)} is not one of {listed(sorted(self._words))}"
                f"{closest(value, self._words)}",
            )._replace(meant=self._close(value))
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        if len(value) < least:
            what = "empty" if not value else f"shorter than {least} characters"
            yield _fault("out-of-bounds", f"this must not be {what}")
        if most is not None and len(value) > most:
            yield _fault("out-of-bounds", f"this has {len(value)} characters; {most} are allowed")
        if _misses(value, schema.get("pattern")):
            message = f"{show(value)} does not match the pattern {schema['pattern']}"
            yield _fault("value-not-allowed", message)
        if (why := _format_refused(schema.get("format"), value)) is not None:
            yield _fault("value-not-allowed", f"{show(value)} is not {why}")

    def _close(self, value: str) -> Meant | None:
        from meshctl.spelling import only_close, same_but_for_signs  # noqa: PLC0415 - few objects are misspelt

        word = only_close(value, self._words)
        is_sure = bool(same_but_for_signs(value, self._words))
        return Meant(word, is_sure=is_sure) if word else None


class Number:
    """A number: whole or not, between which bounds."""

    def __init__(self, schema: Schema, types: tuple[str, ...], *, is_whole: bool) -> None:
        self._types = types
        self._is_whole = is_whole
        self._least = schema.get("minimum")
        self._most = schema.get("maximum")
        self._above = schema.get("exclusiveMinimum")
        self._below = schema.get("exclusiveMaximum")
        self._step = schema.get("multipleOf")
        self._choices = _choices(schema)
        self._limit = 2 ** _BITS.get(schema.get("format", ""), 63)

    def __call__(self, value: Any) -> Faults:
        """Check one value."""
        if type(value) is not int and (
            type(value) is not float or (self._is_whole and not value.is_integer())
        ):
            faults = wrong_type(value, self._types)
            return tuple(fault._replace(meant=self._meant(value)) for fault in faults)
        return tuple(
            _fault("out-of-bounds", f"{show(value)} {why}") for why in self._refusals(value)
        )

    def _meant(self, value: Any) -> Meant | None:
        """Read a whole number in quotes."""
        if type(value) is not str or not (value.isascii() and value.isdecimal()):
            return None
        is_taken = len(value) < _LONGEST and not any(self._refusals(int(value)))
        return Meant(int(value)) if is_taken else None

    def _refusals(self, value: float) -> Iterator[str]:
        if self._least is not None and value < self._least:
            yield f"is less than {self._least}, the least that is allowed"
        if self._most is not None and value > self._most:
            yield f"is more than {self._most}, the most that is allowed"
        if self._above is not None and value <= self._above:
            yield f"is not more than {self._above}"
        if self._below is not None and value >= self._below:
            yield f"is not less than {self._below}"
        if self._is_whole and not -self._limit <= value < self._limit:
            yield "is too large a number for this field"
        if self._step and value % self._step:
            yield f"is not a multiple of {self._step}"
        if self._choices and value not in self._choices:
            yield f"is not one of {listed(map(show, self._choices))}"


class Boolean:
    """True or false."""

    def __init__(self, schema: Schema, types: tuple[str, ...]) -> None:
        self._types = types
        self._choices = _choices(schema)

    def __call__(self, value: Any) -> Faults:
        """Check one value."""
        if type(value) is not bool:
            faults = wrong_type(value, self._types)
            return tuple(fault._replace(meant=_flag_meant(value)) for fault in faults)
        if self._choices and value not in self._choices:
            return (
                _fault(
                    "value-not-allowed", f"only {listed(map(show, self._choices))} is allowed here"
                ),
            )
        return ()


def _flag_meant(value: Any) -> Meant | None:
    """Read a flag in quotes."""
    word = value.strip().lower() if type(value) is str else ""
    return Meant(word == "true") if word in {"true", "false"} else None


def _fault(kind: FaultKind, message: str) -> Fault:
    return Fault(kind, (), message)


def _choices(schema: Schema) -> list[Any]:
    if "const" in schema:
        return [schema["const"]]
    choices = schema.get("enum", [])
    return choices if isinstance(choices, list) else []


def _misses(value: str, pattern: object) -> bool:
    """Is there a pattern of a CRD that fits no part of a value? One that is broken fits all."""
    if not isinstance(pattern, str):
        return False
    try:
        return not compiled(pattern).is_in(value)
    except PatternError:
        return False


def _format_refused(name: object, value: str) -> str | None:
    if name == "byte" and not _BASE64.fullmatch(value):
        return "base64"
    if name == "date-time" and not _DATE_TIME.fullmatch(value):
        return "a time such as 2026-01-31T12:00:00Z"
    return None
