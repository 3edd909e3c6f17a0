"""Writes a text as an expression that takes just this text."""

from meshctl.lazy_pattern import lazy_pattern

_SPECIAL = lazy_pattern(r"([\\.+*?()|\[\]{}^$])")


def quote_meta(text: str) -> str:
    """Put a backslash before what RE2 would read as an operator, as Go's ``QuoteMeta`` does."""
    return _SPECIAL.sub(r"\\\1", text)
