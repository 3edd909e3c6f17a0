"""``validate`` tells of which kinds it knows nothing."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.settings import Settings

THINGS = "apiVersion: example.com/v1\nkind: {}\nmetadata: {{name: a, namespace: b}}\n"


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["Thing"], "there is no schema for 1 object of Thing;"),
        ([*"ABCDE"], "there is no schema for 5 objects of A, B, C and 2 other kinds;"),
    ],
)
def test_kinds_without_a_schema_are_named(tmp_path: Path, kinds: Sequence[str], said: str) -> None:
    (tmp_path / "a.yaml").write_text("---\n".join(map(THINGS.format, kinds)))
    report = analyze([str(tmp_path)], Settings(alone=True))
    assert [said] == [one.reason[: len(said)] for one in report.not_checked]
    assert () == analyze([str(tmp_path)], Settings()).not_checked
