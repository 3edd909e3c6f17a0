"""Sprig's functions for numbers."""

import math
import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from meshctl.inject.go_template.errors import CallError
from meshctl.inject.go_template.values import fits, wrapped

_INT = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[0-9]+)")
_LONGEST_INT = 70
"""Characters that a number of 64 bits may have in base 2, the longest way to write it."""
_MAX_COUNT = 1_000_000


def whole(value: Any) -> int:
    """Turn a value into an int64 (spf13/cast); what is no number is 0."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return wrapped(int(value)) if math.isfinite(value) else 0
    if isinstance(value, str) and len(value) <= _LONGEST_INT and _INT.fullmatch(value):
        digits = value.lstrip("+-")
        is_octal = len(digits) > 1 and digits[0] == "0" and digits.isdecimal()
        number = int(value, 8) if is_octal else int(value, 0)
        return number if fits(number) else 0
    return 0


def real(value: Any) -> float:
    """Turn a value into a float64; what is no number is 0."""
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return 0.0
    return float(value) if isinstance(value, bool | int | float) else 0.0


def _quotient(this: Any, other: Any) -> int:
    """Go divides towards zero."""
    dividend, divisor = whole(this), whole(other)
    if divisor == 0:
        raise ZeroDivisionError("integer divide by zero")
    sign = -1 if (dividend < 0) != (divisor < 0) else 1
    return wrapped(sign * (abs(dividend) // abs(divisor)))


def _from_octal(value: Any) -> int:
    return whole(f"0o{value}")


def _round(value: Any, places: int, half: float = 0.5) -> float:
    factor = 10.0**places
    scaled = real(value) * factor
    floor = math.floor(abs(scaled))
    up = abs(scaled) - floor >= half
    return math.copysign((floor + up) / factor, scaled)


def _until(count: Any) -> list[int]:
    end = whole(count)
    return _steps(0, end, -1 if end < 0 else 1)


def _steps(start: int, end: int, step: int) -> list[int]:
    if step == 0 or (start < end) != (step > 0):
        return []
    numbers = range(start, end, step)
    if len(numbers) > _MAX_COUNT:
        raise CallError(f"more than {_MAX_COUNT:,} numbers")
    return list(numbers)


def _sequence(*bounds: int) -> str:
    match bounds:
        case (end,):
            start, step, last = 1, -1 if end < 1 else 1, end
        case (start, last):
            step = -1 if last < start else 1
        case (start, step, last):
            pass
        case _:
            return ""
    return " ".join(map(str, _steps(start, last + (1 if step > 0 else -1), step)))


NUMBERS: Mapping[str, Callable[..., Any]] = {
    "add": lambda *v: wrapped(sum(map(whole, v))),
    "add1": lambda v: wrapped(whole(v) + 1),
    "add1f": lambda v: real(v) + 1,
    "addf": lambda *v: sum(map(real, v)),
    "atoi": whole,
    "biggest": lambda *v: max(map(whole, v)),
    "ceil": lambda v: float(math.ceil(real(v))),
    "div": _quotient,
    "divf": lambda *v: reduce(lambda a, b: a / b, map(real, v)),
    "float64": real,
    "floor": lambda v: float(math.floor(real(v))),
    "int": whole,
    "int64": whole,
    "max": lambda *v: max(map(whole, v)),
    "maxf": lambda *v: max(map(real, v)),
    "min": lambda *v: min(map(whole, v)),
    "minf": lambda *v: min(map(real, v)),
    "mod": lambda a, b: whole(a) - whole(b) * _quotient(a, b),
    "mul": lambda *v: reduce(lambda a, b: wrapped(a * b), map(whole, v)),
    "mulf": lambda *v: math.prod(map(real, v)),
    "round": _round,
    "seq": _sequence,
    "sub": lambda a, b: wrapped(whole(a) - whole(b)),
    "subf": lambda first, *rest: reduce(lambda a, b: a - b, map(real, rest), real(first)),
    "toDecimal": _from_octal,
    "until": _until,
    "untilStep": _steps,
}
