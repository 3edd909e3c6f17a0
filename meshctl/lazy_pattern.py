"""Compiles regular expressions when they are first asked: an input needs few of them."""

import re
from typing import Any, cast


class _LazyPattern:
    """Stands for a pattern; its methods become those of the pattern at the first use."""

    def __init__(self, text: str, flags: int) -> None:
        self._written = text, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._written), name)
        setattr(self, name, found)
        return found


def lazy_pattern(text: str, flags: int = 0) -> re.Pattern[str]:
    """Give what acts as ``re.compile(text, flags)`` does and costs nothing until it is asked.

    Raises ``re.error`` for a malformed text at the first use alone.
    """
    return cast("re.Pattern[str]", _LazyPattern(text, flags))
