r"""Checks regular expressions as Envoy compiles them.

Mirrors validateStringRegexp, pkg/config/validation/validation.go, Istio 1.31, which compiles it
with Go's regexp: RE2 without ``\C`` and without two groups of one name.
"""

import re
from functools import lru_cache

from meshctl.lazy_pattern import lazy_pattern
from meshctl.re2.parser import RegexError, parse
from meshctl.words import quoted

LONGEST = 1024

# Quoted text, an escape, a class, or the name of a group; the first three hide the last.
_TOKEN = lazy_pattern(
    r"\\Q.*?(?:\\E|\Z)|\\(?P<escape>.)|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?P?<(?P<group>\w+)>", re.DOTALL
)


def why_not_regex(pattern: str) -> str | None:
    """Say why the webhook refuses a pattern."""
    if (size := len(pattern.encode(errors="replace"))) > LONGEST:
        return f"a regex has {LONGEST} characters at most; this one has {size}"
    return why_not_re2(pattern)


@lru_cache(maxsize=8192)
def why_not_re2(pattern: str) -> str | None:
    """Say why Go cannot compile a pattern of any length."""
    error = parse(pattern)
    if isinstance(error, RegexError):
        return f"{quoted(pattern)} is not a regex of RE2: {error}"
    names: set[str] = set()
    for token in _TOKEN.finditer(pattern):
        if token["escape"] == "C":
            return rf"{quoted(pattern)} has \C, which Istio refuses"
        if (name := token["group"]) in names:
            return f"{quoted(pattern)} has two groups named {name}"
        if name:
            names.add(name)
    return None
