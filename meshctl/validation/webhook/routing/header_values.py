"""Checks values that Envoy puts into a header.

Envoy replaces ``%VARIABLE%``, ``%VARIABLE(text)%`` and ``%VARIABLE(["text", ...])%`` in values, and
``%%`` is a percent sign. Mirrors header_value_validator.go, pkg/config/validation, Istio 1.31.
"""

from enum import Enum, auto

from meshctl.lazy_pattern import lazy_pattern
from meshctl.words import quoted

_CONTROL = lazy_pattern("[\x00-\x08\x0a-\x1f\x7f]")


class _State(Enum):
    """What is being read."""

    TEXT = auto()
    NAME = auto()
    ARGUMENTS = auto()
    LIST = auto()
    STRING = auto()
    AFTER_STRING = auto()
    AFTER_LIST = auto()
    AFTER_ARGUMENTS = auto()


# What each state does at a character; a blank is passed over where the state is in _EXPECTED.
_MOVES = {
    _State.TEXT: {"%": _State.NAME},
    _State.NAME: {"%": _State.TEXT, "(": _State.ARGUMENTS},
    _State.ARGUMENTS: {"[": _State.LIST, " ": _State.ARGUMENTS},
    _State.LIST: {'"': _State.STRING},
    _State.STRING: {")": _State.AFTER_ARGUMENTS, '"': _State.AFTER_STRING},
    _State.AFTER_STRING: {",": _State.LIST, "]": _State.AFTER_LIST},
    _State.AFTER_LIST: {")": _State.AFTER_ARGUMENTS},
    _State.AFTER_ARGUMENTS: {"%": _State.TEXT},
}
_EXPECTED = {
    _State.LIST: 'a "',
    _State.AFTER_STRING: "a comma or ]",
    _State.AFTER_LIST: "a )",
    _State.AFTER_ARGUMENTS: "a %",
}


def why_not_header_value(value: str) -> str | None:
    """Say why Envoy refuses a value."""
    if _CONTROL.search(value):
        return f"{quoted(value)} has a control character, which no header can carry"
    state = _State.TEXT
    at = 0
    while at < len(value):
        char, pair = value[at], value[at : at + 2]
        if (state is _State.TEXT and pair == "%%") or (state is _State.STRING and char == "\\"):
            if len(pair) == 1:
                return f"{quoted(value)} ends in the middle of a string"
            at += 2
            continue
        if state is _State.TEXT and pair == "%":
            return f"{quoted(value)} ends with a %; write %% for a percent sign"
        after = _MOVES[state].get(char)
        if after is None and char != " " and state in _EXPECTED:
            return f"{quoted(value)} has {quoted(char)} where {_EXPECTED[state]} is expected"
        if after is None and state is _State.ARGUMENTS:
            after = _State.STRING  # arguments need not be a list
        state, at = after or state, at + 1
    if state is not _State.TEXT:
        return f"{quoted(value)} leaves a %VARIABLE% open; write %% for a percent sign"
    return None
