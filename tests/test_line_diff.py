"""Diffs of lines patch one text into the other, whatever repeats."""

import shutil
import subprocess
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshctl.line_diff import patch

TEXTS = st.lists(st.sampled_from(["a", "b", "b", "- c", "", "d\r"]), max_size=12).map("\n".join)


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program patch")
@settings(max_examples=60)
@given(before=TEXTS, after=TEXTS, ends=st.booleans())
def test_the_diff_makes_one_text_of_the_other(before: str, after: str, *, ends: bool) -> None:
    before += "\n" * ends
    diff = "".join(patch("file", before, after))
    assert bool(diff) == (before != after)
    if diff:
        assert after == patched(before, diff)


def patched(before: str, diff: str) -> str:
    with TemporaryDirectory() as name:
        file = Path(name, "file")
        file.write_bytes(before.encode())
        command = ["patch", "-s", "--binary", "file"]
        subprocess.run(command, cwd=name, input=diff.encode(), check=True)
        return file.read_bytes().decode() if file.exists() else ""


def test_lines_that_repeat_cost_no_square() -> None:
    def text(extra: str, count: int) -> str:
        return "".join(f"kind: A\nname: {n}\nspec:\n{extra}---\n" for n in range(count))

    lines = list(patch("file", text("", 5000), text("  x: 1\n", 5000)))
    assert 5000 == sum(line.startswith("+  x") for line in lines)


def test_lines_that_repeat_are_held_once() -> None:
    kept: list[float] = []
    for count in (20_000, 40_000):
        text = "kind: Pod\nimage: a\n" * count
        tracemalloc.start()
        assert len(list(patch("a.yaml", text, f"{text}more\n"))) == 7
        kept.append(tracemalloc.get_traced_memory()[1] / len(text))
        tracemalloc.stop()
    assert max(kept) < 8  # bytes for each of the text: a reference a line, and no line of its own
