"""Writes durations as the Gateway API has them (GEP-2257): whole numbers of h, m, s and ms."""

from meshctl.istio.durations import nanoseconds
from meshctl.migrate.gateway_api.asked import CantSayError

_MILLISECOND = 1_000_000
_UNITS = (("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))
_MOST = 99_999


def duration(text: str) -> str:
    """Write a duration; raises CantSayError for one below a millisecond."""
    total = nanoseconds(text)
    if total is None or total % _MILLISECOND:
        raise CantSayError(f"{text} is no duration of whole milliseconds", "round it")
    left = total // _MILLISECOND
    written = ""
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count > _MOST:
            raise CantSayError(f"{text} is too long", "shorten it")
        written += f"{count}{unit}" if count else ""
    return written or "0s"


def seconds(text: str) -> int | None:
    """Whole seconds of a duration; ``None`` where it has a fraction."""
    total = nanoseconds(text)
    whole = 1000 * _MILLISECOND
    return None if total is None or total % whole else total // whole
