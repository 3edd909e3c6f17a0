"""Bounds what a template may make: texts and lists that double with each call fill any memory."""

from collections.abc import Mapping
from typing import Any

from meshctl.inject.go_template.errors import CallError

MAX_SIZE = 2_000_000
"""Characters and items of all arguments of a call, and of what it gives."""
MAX_WORK = 20_000_000
"""Characters and items that all calls and loops of one run may look at."""


class Sizes:
    """The sizes of the values of one run; lists and mappings that it has met it remembers."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, int]] = {}
        self._work = 0

    def check(self, *values: Any) -> None:
        """Raise CallError where values are too large together."""
        size = sum(map(self._size, values))
        if size > MAX_SIZE:
            raise CallError(f"more than {MAX_SIZE:,} characters or items")
        self.spend(size)

    def spend(self, work: int) -> None:
        """Count so many more characters or items; raises CallError once they are too many together."""
        self._work += work
        if self._work > MAX_WORK:
            raise CallError(f"calls before it have read {MAX_WORK:,} characters and items already")

    def _size(self, value: Any) -> int:
        if isinstance(value, str):
            return len(value)
        if not isinstance(value, list | tuple | Mapping):
            return 1
        known = self._known.get(id(value))
        if known is not None and known[0] is value:
            return known[1]
        parts = (*value, *value.values()) if isinstance(value, Mapping) else value
        size = 1 + sum(map(self._size, parts))
        self._known[id(value)] = value, size  # keeps it, so that nothing else gets its id
        return size
