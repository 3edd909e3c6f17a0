"""Writes numbers with a fraction as Go does."""

import math
from decimal import Decimal

_EXPONENT_FROM = 21
"""Where %v turns to exponents."""


def show_float(value: float, exponent_from: int = _EXPONENT_FROM) -> str:
    """Print a float64 with as few digits as tell it apart (strconv, 'g', -1)."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    power = len(digits) + int(exponent) - 1
    if -4 <= power < exponent_from:  # noqa: PLR2004 - strconv's %e is used for exponents below -4
        return format(Decimal(repr(value)).normalize(), "f")
    rest = "".join(map(str, digits[1:]))
    mantissa = f"{digits[0]}.{rest}" if rest else str(digits[0])
    return f"{'-' if sign else ''}{mantissa}e{'-' if power < 0 else '+'}{abs(power):02d}"
