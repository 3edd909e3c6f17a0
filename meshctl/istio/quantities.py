"""Reads quantities such as ``100m`` and ``128Mi``.

They are those of Kubernetes (apimachinery pkg/api/resource/quantity.go, 1.34): a number with a suffix of
tens or of two to the power of ten, or with an exponent; what is smaller than a billionth is rounded up.
"""

from functools import lru_cache

from meshctl.lazy_pattern import lazy_pattern

PATTERN = lazy_pattern(
    r"([+-]?)(?=\.?\d)(\d*)\.?(\d*)(?:([KMGTPE]i)|([numkMGTPE]?)|[eE]([+-]?\d{1,3}))"
)
"""The sign, the digits before and behind the point, and one of the three suffixes."""

DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = "KMGTPE"
KIBI = 1024
_NANO = 10**9
_LONGEST = 1000
"""Characters that a quantity may have; Python refuses to read numbers of some thousand digits."""


@lru_cache(maxsize=4096)
def nano_units(text: str) -> int | None:
    """Read a quantity, in billionths of a core, a byte or what it counts; ``None`` for none."""
    match = PATTERN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    sign, whole, rest, binary, decimal, exponent = match.groups()
    top, bottom = int(whole + rest) * _NANO, 10 ** len(rest)
    if binary:
        top *= KIBI ** (BINARY.index(binary[0]) + 1)
    else:
        power = int(exponent) if exponent else DECIMAL[decimal]
        top, bottom = top * 10 ** max(power, 0), bottom * 10 ** max(-power, 0)
    value: int = -(-top // bottom)
    return -value if sign == "-" else value
