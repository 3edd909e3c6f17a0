"""An ignore that an editor writes covers its line, and changes no data."""

import pytest

from meshctl.engine.ignores.new_comment import new_comment

BLOCK = """\
kind: VirtualService
spec:
  hosts:
    - shop
  note: |
    first
    second
  http:
    - name: all
"""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (4, (4, 0, "    # meshctl: ignore[a/b] why\n")),
        (9, (9, 0, "    # meshctl: ignore[a/b] why\n")),
        (2, (2, 0, "# meshctl: ignore[a/b] why\n")),
        (7, None),
        (99, None),
    ],
)
def test_it_stands_above_the_line_where_it_is_no_data(line: int, expected: object) -> None:
    assert expected == new_comment(BLOCK, line, "a/b", "why")


def test_the_first_key_gets_it_beside_so_that_it_does_not_cover_the_whole_document() -> None:
    assert new_comment(BLOCK, 1, "a/b", "why") == (1, 20, " # meshctl: ignore[a/b] why")


def test_json_has_no_comments() -> None:
    assert new_comment('{"kind": "Service",\n "spec": {}}\n', 2, "a/b", "why") is None


def test_a_text_that_cannot_be_read_gets_none() -> None:
    assert new_comment("kind: [\n", 1, "a/b", "why") is None


def test_a_comment_ends_as_the_lines_of_its_file_do() -> None:
    text = "kind: A\r\nspec:\r\n  host: x\r\n"
    made = new_comment(text, 3, "a/b", "later")
    assert made is not None
    assert made.text == "  # meshctl: ignore[a/b] later\r\n"
