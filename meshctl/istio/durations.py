"""Reads durations such as ``1m30s``.

Istio reads durations with Go's ``time.ParseDuration`` (pkg/util/protomarshal, 1.31): numbers with
a unit each, fractions allowed, ``0`` alone without one.
"""

from functools import lru_cache

from meshctl.lazy_pattern import lazy_pattern

_UNITS = {
    "ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6,
    "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9,
}  # fmt: skip
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_PART = lazy_pattern(rf"({_NUMBER})(ns|us|µs|μs|ms|s|m|h)")
_WHOLE = lazy_pattern(rf"[-+]?(?:0|(?:{_NUMBER}(?:ns|us|µs|μs|ms|s|m|h))+)")


_LONGEST = 1000
"""Characters that a duration may have; Python refuses to read numbers of some thousand digits."""


@lru_cache(maxsize=1024)  # few are written, and every rule about them reads them again
def nanoseconds(text: str) -> int | None:
    """Read a duration, in nanoseconds; ``None`` for a text that is none."""
    if len(text) > _LONGEST or not _WHOLE.fullmatch(text):
        return None
    total = sum(_amount(number, _UNITS[unit]) for number, unit in _PART.findall(text))
    return -total if text.startswith("-") else total


def _amount(number: str, unit: int) -> int:
    whole, _, rest = number.partition(".")
    scale: int = 10 ** len(rest)
    return int(whole + rest) * unit // scale


def in_words(duration: int) -> str:
    """Write nanoseconds as a person would: ``1.5s``, ``250ms``, ``2m30s``."""
    for unit, size in (("s", _UNITS["s"]), ("ms", _UNITS["ms"]), ("us", _UNITS["us"])):
        if duration >= size:
            minutes, rest = divmod(duration, _UNITS["m"]) if unit == "s" else (0, duration)
            number = f"{rest / size:g}{unit}" if rest or not minutes else ""
            return f"{minutes}m{number}" if minutes else number
    return f"{duration}ns"
