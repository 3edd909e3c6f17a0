"""Says when to audit: some time after the last change, and every few minutes in any case."""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import NamedTuple


class Pace(NamedTuple):
    """Seconds: of quiet after a change, of changes without quiet, and between audits at most."""

    quiet: float = 5.0
    busy: float = 60.0
    most: float = 300.0


async def keep_auditing(
    version: Callable[[], int], audit: Callable[[], Awaitable[None]], pace: Pace
) -> None:
    """Audit for ever; ``version`` counts changes, and an audit that fails says so itself."""
    audited, ended = -1, monotonic()
    seen, changed, first = version(), monotonic(), monotonic()
    while True:
        now, current = monotonic(), version()
        if current != seen:
            first = now if seen == audited else first
            seen, changed = current, now
        is_due = current != audited and (now - changed >= pace.quiet or now - first >= pace.busy)
        if is_due or now - ended >= pace.most:
            audited = seen = current
            await audit()
            ended = first = changed = monotonic()
        await asyncio.sleep(min(pace.quiet, pace.most) / 4)
