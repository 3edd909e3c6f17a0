"""Runs patterns that others wrote, in time that grows with the text alone."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Characters that no UTF-8 text holds; JSON and YAML can escape them."""


class PatternError(ValueError):
    """RE2 doesn't read a pattern, or its program would be too large."""


class Pattern:
    """A compiled pattern. Its matches are those of ``re``, with offsets in characters."""

    __slots__ = ("_compiled",)

    def __init__(self, compiled: Any) -> None:
        self._compiled = compiled

    def is_in(self, text: str) -> bool:
        """Does the pattern match a part of a text?"""
        return self._compiled.search(_plain(text)) is not None

    def fits(self, text: str) -> bool:
        """Does the pattern match a whole text?"""
        return self._compiled.fullmatch(_plain(text)) is not None

    def matches(self, text: str) -> Iterator["re.Match[str]"]:
        """Walk the matches from left to right; one may be empty."""
        yield from self._compiled.finditer(_plain(text))

    def replaced(self, text: str, template: str) -> str:
        r"""Put a template in the place of all matches, with groups as ``\1``.

        Raises:
            PatternError: The template names a group that the pattern lacks.
        """
        try:
            return str(self._compiled.sub(_plain(template), _plain(text)))
        except (IndexError, ValueError, re.error) as error:
            raise PatternError(str(error)) from None


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Pattern:
    """Compile a pattern by the grammar of RE2, which Envoy runs and Go's regexp shares.

    Raises:
        PatternError: The pattern isn't one of RE2, or its program takes more than 8 MB.
    """
    import re2  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - few inputs need it

    options = re2.Options()
    options.log_errors = False
    try:
        return Pattern(re2.compile(_plain(pattern), options))
    except re2.error as error:
        why = error.args[0]
        text = why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
        raise PatternError(text) from None


def _plain(text: str) -> str:
    return text if text.isascii() else _LONE_SURROGATE.sub("\ufffd", text)
