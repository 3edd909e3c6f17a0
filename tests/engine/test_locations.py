"""Where a place stands is the same with the source around it and without."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.engine.locations import locate, span_of
from meshctl.inspect.editor.outline import outline
from meshctl.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "examples"


def test_a_span_is_the_place_of_a_location() -> None:
    seen = 0
    for file in sorted(EXAMPLE.rglob("*.yaml"))[:20]:
        for one in outline(file.read_text(), "default"):
            for ref in (one.resource.key("kind"), one.resource.at("metadata", "name")):
                found = locate(ref)
                assert span_of(ref) == (
                    found.line, found.column, found.end_line, found.end_column,
                )  # fmt: skip
                seen += 1
    assert seen


@pytest.mark.parametrize(("written", "is_safe"), [("true", True), ("1.10", True), ("yes", False)])
def test_a_word_that_may_mean_true_is_not_quoted_unasked(
    written: str, is_safe: bool, tmp_path: Path
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: a, labels: {{b: {written}}}}}\n"
    )
    [found] = analyze([str(file)], Settings(select=("schema",))).findings
    assert (len(found.edits), found.is_safe) == (1, is_safe)
