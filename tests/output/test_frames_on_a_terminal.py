"""Frames on a terminal: they fit its columns, are coloured as YAML, and keep their text."""

import io
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.engine.analyze import analyze
from meshctl.engine.report import Report
from meshctl.output import progress as progress_module
from meshctl.output.drawing import highlighted
from meshctl.output.findings.text_report.report import render
from meshctl.output.progress import progress
from meshctl.output.watch import Screen
from meshctl.settings import Settings

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
HOST = "a-service-with-a-rather-long-name.a-namespace-with-a-long-name.svc.cluster.local"
TEXT = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a, namespace: shop}
spec: {hosts: ["%s"], http: [{timeout: 3, route: [{destination: {host: "%s"}}]}]}
"""
NARROW = 60


class Terminal(Screen):
    columns = NARROW


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "MESHCTL_COLOR"):
        monkeypatch.delenv(name, raising=False)
    Path("a.yaml").write_text(TEXT % (HOST, HOST))
    return analyze(["a.yaml"], Settings(select=("schema",)))


def test_a_frame_fits_and_still_marks_the_value(report: Report) -> None:
    out = Terminal()
    render(report, out)
    lines = ESCAPE.sub("", out.getvalue()).splitlines()
    assert max(map(len, lines)) <= NARROW
    mark = next(number for number, line in enumerate(lines) if "^" in line)
    assert "3" == lines[mark - 1][lines[mark].index("^") : lines[mark].rindex("^") + 1]


def test_only_a_coloured_terminal_highlights(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "\x1b[94mtimeout\x1b[0m"
    out, plain, piped = Terminal(), Terminal(), io.StringIO()
    render(report, out)
    render(report, piped)
    monkeypatch.setenv("NO_COLOR", "1")
    render(report, plain)
    assert key in out.getvalue()
    assert plain.getvalue() == ESCAPE.sub("", out.getvalue())
    assert "\x1b" not in piped.getvalue()
    assert max(map(len, piped.getvalue().splitlines())) > NARROW


@given(lines=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C"])), max_size=6))
def test_highlighting_changes_no_text(lines: list[str]) -> None:
    assert lines == [ESCAPE.sub("", line) for line in highlighted(lines, Terminal())]


class Errors(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_long_work_shows_count_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_module, "_QUIET_SECONDS", -1)
    monkeypatch.setattr(sys, "stderr", Errors())
    with progress("reading files") as show:
        assert show is not None
        show(1, 4)
        show(3, 4)
    text = ESCAPE.sub("", sys.stderr.getvalue())  # type: ignore[attr-defined]
    assert "reading files" in text
    assert "3/4" in text


def test_short_work_and_pipes_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Errors())
    with progress() as show:
        assert show is not None
        show(1, 4)
    assert "" == sys.stderr.getvalue()  # type: ignore[attr-defined]
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress() as show:
        assert show is None
