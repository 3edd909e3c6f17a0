"""Writes one line of JSON for each event to standard error, as log collectors read them."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

from meshctl.words import one_line

_LONGEST = 2_000


def log(event: str, **fields: Any) -> None:
    """Write an event; texts that come from outside stay on their line, and end somewhere."""
    line = {"time": datetime.now(tz=UTC).isoformat(timespec="milliseconds"), "event": event}
    line |= {key: _shown(value) for key, value in fields.items() if value not in (None, "")}
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()


def _shown(value: Any) -> Any:
    return one_line(value)[:_LONGEST] if isinstance(value, str) else value
