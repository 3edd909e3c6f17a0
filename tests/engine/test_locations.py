"""Where a place stands is the same with the source around it and without."""

from pathlib import Path

from meshctl.engine.locations import locate, span_of
from meshctl.inspect.editor.outline import outline

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
