"""Is the text report coloured only where it should be, and are its frames exact?"""

import io
import re
import sys
import unicodedata

import pytest
import sample_reports
from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.report import Frame, Location, Report, Summary
from meshctl.output.colour import wants_colour
from meshctl.output.findings.code_frame import WIDTH, code_frame
from meshctl.output.findings.text_report.report import render

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def text(report: Report, out: io.StringIO) -> str:
    render(report, out)
    return out.getvalue()


@pytest.mark.parametrize("report", [sample_reports.clean(), sample_reports.rich()])
def test_colour_changes_no_text(report: Report) -> None:
    painted = text(report, Terminal())
    assert ESCAPE.search(painted)
    assert text(report, io.StringIO()) == ESCAPE.sub("", painted)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("NO_COLOR", "1", False),
        ("NO_COLOR", "", True),
        ("TERM", "dumb", False),
        ("FORCE_COLOR", "0", True),
    ],
)
def test_environment_of_a_terminal(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: bool
) -> None:
    monkeypatch.setenv(name, value)
    assert expected == wants_colour(Terminal())


def test_forced_colour_is_for_standard_output_only(monkeypatch: pytest.MonkeyPatch) -> None:
    stdout = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stdout)
    assert not wants_colour(stdout)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert wants_colour(stdout)
    assert not wants_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not wants_colour(stdout)


def summary(**changes: int) -> Summary:
    amounts = dict.fromkeys(Summary._fields, 0)
    return Summary(**{**amounts, **changes})


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        (summary(files=1, resources=1), "All good: nothing found in 1 file, 1 resource."),
        (summary(resources=7), "All good: nothing found in 7 resources."),
        (
            summary(files=2, resources=7, ignored=1),
            "Nothing found in 2 files, 7 resources (1 ignored).",
        ),
        (
            summary(),
            "Nothing was analysed: no Kubernetes resource, and no YAML or JSON file.",
        ),
        (summary(files=2), "Nothing was analysed: no Kubernetes resource in 2 files."),
    ],
)
def test_outcome_without_findings_is_honest(counts: Summary, expected: str) -> None:
    report = Report("1.2.3", (), (), counts, {})
    assert f"{expected}\n" == text(report, io.StringIO())


def frame_of(lines: list[str], location: tuple[int, int, int, int], context: int = 0) -> list[str]:
    place = Location("x.yaml", *location, "", Frame(1, tuple(lines)))
    return [row.text for row in code_frame(place, context)]


def test_tabs_and_wide_characters_keep_the_mark_in_place() -> None:
    assert ["    a: 料理", "       ^^^^"] == frame_of(["\ta: 料理"], (1, 5, 1, 7))


def test_combining_characters_take_no_cell() -> None:
    assert ["e\u0301te\u0301: x", "     ^"] == frame_of(["e\u0301te\u0301: x"], (1, 8, 1, 9))


def test_empty_span_gets_one_mark() -> None:
    assert ["name:", "     ^"] == frame_of(["name:"], (1, 6, 1, 6))


def test_block_that_ends_where_the_next_line_begins_is_one_line() -> None:
    assert ["  a: b", "  ^^^^"] == frame_of(["  a: b", "c: d"], (1, 3, 2, 1))


def test_long_span_is_cut_in_its_middle() -> None:
    lines = [f"  - {number}" for number in range(9)]
    expected = ["/   - 0", "|   - 1", "|   - 2", "| ...", "|   - 7", "|   - 8", "|_____^"]
    assert expected == frame_of(lines, (1, 3, 9, 6))


def test_span_beyond_its_frame_says_where_it_ends() -> None:
    assert ["/ a:", "|   b", "| ... to line 5"] == frame_of(["a:", "  b"], (1, 1, 5, 3))


def test_place_outside_of_its_frame_has_no_rows() -> None:
    assert [] == frame_of(["a: b"], (7, 1, 7, 3), context=2)


@given(
    before=st.text(st.characters(categories=("L", "P", "Zs")), max_size=3 * WIDTH),
    after=st.text(st.characters(categories=("L", "P", "Zs")), max_size=2 * WIDTH),
)
def test_mark_is_below_its_text_whatever_is_around(before: str, after: str) -> None:
    column = len(before) + 1
    shown, mark = frame_of([f"{before}MARK{after}"], (1, column, 1, column + 4))
    cells = "".join(
        char * (2 if unicodedata.east_asian_width(char) in "WF" else 1) for char in shown
    )
    assert "MARK" == cells[len(mark) - 4 : len(mark)]
    assert "^^^^" == mark.strip()
    assert len(shown) <= WIDTH + 6


@given(
    lines=st.lists(st.text(st.characters(), max_size=9), max_size=6),
    first_line=st.integers(1, 4),
    place=st.tuples(*[st.integers(1, 9)] * 4),
    context=st.integers(0, 3),
)
def test_frame_never_fails(
    lines: list[str], first_line: int, place: tuple[int, int, int, int], context: int
) -> None:
    location = Location("x.yaml", *place, "", Frame(first_line, tuple(lines)))
    for row in code_frame(location, context):
        assert row.text.isprintable()
