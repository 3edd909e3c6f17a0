"""Who decides about colours, in which order."""

import io
import sys

import pytest

from meshctl.output.colour import wants_colour

VARIABLES = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "MESHCTL_COLOR", "TERM")


@pytest.mark.parametrize(
    ("given", "is_terminal", "expected"),
    [
        ({}, False, False), ({}, True, True), ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False), ({"FORCE_COLOR": "1"}, False, True),
        ({"CLICOLOR_FORCE": "1"}, False, True), ({"CLICOLOR_FORCE": "0"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"MESHCTL_COLOR": "always", "NO_COLOR": "1"}, False, True),
        ({"MESHCTL_COLOR": "never", "FORCE_COLOR": "1"}, True, False),
    ],
)  # fmt: skip
def test_the_flag_comes_first(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], is_terminal: bool, expected: bool
) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    out = io.StringIO()
    monkeypatch.setattr(out, "isatty", lambda: is_terminal, raising=False)
    monkeypatch.setattr(sys, "stdout", out)
    assert expected == wants_colour(out)
    assert not wants_colour(io.StringIO())
