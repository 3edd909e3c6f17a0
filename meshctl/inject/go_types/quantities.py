"""Writes quantities as Kubernetes does (apimachinery pkg/api/resource/quantity.go)."""

from functools import lru_cache

from meshctl.istio.quantities import BINARY, DECIMAL, KIBI, PATTERN, nano_units
from meshctl.words import quoted

_NAMES = {power: suffix for suffix, power in DECIMAL.items()}
_NANO = 10**9


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Write a quantity as the API server does: ``2000m`` is ``2``, ``1024Mi`` is ``1Gi``."""
    value, match = nano_units(text), PATTERN.fullmatch(text)
    if value is None or match is None:
        raise ValueError(f"{quoted(text)} is not a quantity")
    *_, binary, _decimal, exponent = match.groups()
    if binary and abs(value) >= KIBI * _NANO and value % _NANO == 0:
        return _in_kibi(value // _NANO)
    return _in_thousands(value, is_exponent=exponent is not None)


def _in_kibi(value: int) -> str:
    power = 0
    while value % KIBI == 0 and power < len(BINARY):
        value //= KIBI
        power += 1
    return f"{value}{BINARY[power - 1]}i" if power else str(value)


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
