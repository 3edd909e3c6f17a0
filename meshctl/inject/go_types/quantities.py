"""Writes quantities as Kubernetes does (apimachinery pkg/api/resource/quantity.go)."""

import re
from fractions import Fraction
from functools import lru_cache

from meshctl.words import quoted

_QUANTITY = re.compile(
    r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d{1,3}))"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_NAMES = {power: suffix for suffix, power in _DECIMAL.items()}
_BINARY = "KMGTPE"
_KIBI = 1024
_SMALLEST = Fraction(1, 10**9)


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Write a quantity as the API server does: ``2000m`` is ``2``, ``1024Mi`` is ``1Gi``."""
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(f"{quoted(text)} is not a quantity")
    number, binary, decimal, exponent = match.groups()
    value = Fraction(number)
    if binary:
        value *= _KIBI ** (_BINARY.index(binary[0]) + 1)
    else:
        value *= Fraction(10) ** (int(exponent) if exponent else _DECIMAL[decimal])
    value = _round_up(value)
    if binary and abs(value) >= _KIBI and value.denominator == 1:
        return _in_kibi(int(value))
    return _in_thousands(value, is_exponent=exponent is not None)


def _round_up(value: Fraction) -> Fraction:
    parts = -(-abs(value) // _SMALLEST)
    return parts * _SMALLEST * (-1 if value < 0 else 1)


def _in_kibi(value: int) -> str:
    power = 0
    while value % _KIBI == 0 and power < len(_BINARY):
        value //= _KIBI
        power += 1
    return f"{value}{_BINARY[power - 1]}i" if power else str(value)


def _in_thousands(value: Fraction, *, is_exponent: bool) -> str:
    if value == 0:
        return "0"
    power = -9
    parts = int(value / _SMALLEST)
    while parts % 1000 == 0 and power < max(_NAMES):
        parts //= 1000
        power += 3
    if is_exponent:
        return f"{parts}e{power}" if power else str(parts)
    return f"{parts}{_NAMES[power]}"
