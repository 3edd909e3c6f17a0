"""Reads quantities such as ``100m`` and ``128Mi``, and writes them as Kubernetes does.

They are those of Kubernetes (apimachinery pkg/api/resource/quantity.go, 1.34): a number with a suffix of
tens or of two to the power of ten, or with an exponent; what is smaller than a billionth is rounded up.
"""

from functools import lru_cache

from meshctl.lazy_pattern import lazy_pattern
from meshctl.words import quoted

_PATTERN = lazy_pattern(
    r"([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d{1,3}))"
)
"""The sign, the digits before and behind the point, and one of the three suffixes."""

_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_NAMES = {power: suffix for suffix, power in _DECIMAL.items()}
_BINARY = "KMGTPE"
_KIBI = 1024
_NANO = 10**9
_LONGEST = 1000
"""Characters that a quantity may have; Python refuses to read numbers of some thousand digits."""


@lru_cache(maxsize=4096)
def nano_units(text: str) -> int | None:
    """Read a quantity, in billionths of a core, a byte or what it counts; ``None`` for none."""
    match = _PATTERN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    sign, whole, rest, binary, decimal, exponent = match.groups()
    top, bottom = int(whole + rest) * _NANO, 10 ** len(rest)
    if binary:
        top *= _KIBI ** (_BINARY.index(binary[0]) + 1)
    else:
        power = int(exponent) if exponent else _DECIMAL[decimal]
        top, bottom = top * 10 ** max(power, 0), bottom * 10 ** max(-power, 0)
    value: int = -(-top // bottom)
    return -value if sign == "-" else value


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Write a quantity as the API server does: ``2000m`` is ``2``, ``1024Mi`` is ``1Gi``."""
    value, match = nano_units(text), _PATTERN.fullmatch(text)
    if value is None or match is None:
        raise ValueError(f"{quoted(text)} is not a quantity")
    *_, binary, _decimal, exponent = match.groups()
    if binary and abs(value) >= _KIBI * _NANO and value % _NANO == 0:
        return _in_kibi(value // _NANO)
    return _in_thousands(value, is_exponent=exponent is not None)


def _in_kibi(value: int) -> str:
    power = 0
    while value % _KIBI == 0 and power < len(_BINARY):
        value //= _KIBI
        power += 1
    return f"{value}{_BINARY[power - 1]}i" if power else str(value)


def _in_thousands(parts: int, *, is_exponent: bool) -> str:
    if parts == 0:
        return "0"
    power = -9
    while parts % 1000 == 0 and power < max(_NAMES):
        parts //= 1000
        power += 3
    if is_exponent:
        return f"{parts}e{power}" if power else str(parts)
    return f"{parts}{_NAMES[power]}"
