"""Are durations read as Go reads them?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.istio.durations import in_words, nanoseconds

MILLISECOND = 10**6


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5s", 5 * 10**9),
        ("1.5s", 1_500 * MILLISECOND),
        (".5s", 500 * MILLISECOND),
        ("1.s", 10**9),
        ("1h2m3s", 3723 * 10**9),
        ("250ms", 250 * MILLISECOND),
        ("3us", 3000),
        ("3µs", 3000),
        ("7ns", 7),
        ("0", 0),
        ("0s", 0),
        ("-2s", -2 * 10**9),
        ("+2s", 2 * 10**9),
    ],
)
def test_reads_what_go_reads(text: str, expected: int) -> None:
    assert nanoseconds(text) == expected


def test_numbers_beyond_measure_are_no_durations() -> None:
    assert nanoseconds("9" * 5000 + "s") is None


@pytest.mark.parametrize("text", ["", "5", "s", ".s", "5 s", "1d", "5S", "1s-", "1e3s"])
def test_refuses_what_go_refuses(text: str) -> None:
    assert nanoseconds(text) is None


@pytest.mark.parametrize(
    ("duration", "expected"),
    [
        (1_500 * MILLISECOND, "1.5s"),
        (150 * 10**9, "2m30s"),
        (120 * 10**9, "2m"),
        (250 * MILLISECOND, "250ms"),
        (1500, "1.5us"),
        (0, "0ns"),
    ],
)
def test_writes_what_people_write(duration: int, expected: str) -> None:
    assert in_words(duration) == expected


@given(st.integers(min_value=0, max_value=10**6))
def test_words_read_back(milliseconds: int) -> None:
    assert nanoseconds(in_words(milliseconds * MILLISECOND)) == milliseconds * MILLISECOND
