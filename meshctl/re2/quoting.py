"""Writes a text as an expression that takes just this text."""

import re

_SPECIAL = re.compile(r"([\\.+*?()|\[\]{}^$])")


def quote_meta(text: str) -> str:
    """Put a backslash before what RE2 would read as an operator, as Go's ``QuoteMeta`` does."""
    return _SPECIAL.sub(r"\\\1", text)
