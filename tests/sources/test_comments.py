import pytest

from meshctl.sources.documents import Document, Span
from meshctl.sources.ignore_comments import IgnoreComment, ignores
from meshctl.yaml.parser import Parser

TEXT = """\
# meshctl: ignore[a/b] whole document
---
kind: Gateway  # meshctl: ignore[c/d, IST0101]   beside
# meshctl: ignore[e/f] below

  # plain
spec:
  text: "# meshctl: ignore[x]"  # other
  block: | # in a header
    # meshctl: ignore[x]
  plain: a#b
  list: [1, # in a list
    2]
# meshctl: ignore[g] at the end
"""


def document(text: str, first_line: int = 1) -> Document:
    return Document("a.yaml", first_line, text, Parser().parse(text, first_line)[0])


def test_comments_are_told_from_hashes_in_values() -> None:
    expected = [
        (10, True, "meshctl: ignore[a/b] whole document"),
        (12, False, "meshctl: ignore[c/d, IST0101]   beside"),
        (13, True, "meshctl: ignore[e/f] below"),
        (15, True, "plain"),
        (17, False, "other"),
        (18, False, "in a header"),
        (21, False, "in a list"),
        (23, True, "meshctl: ignore[g] at the end"),
    ]
    assert expected == list(document(TEXT, 10).comments())


def test_comments_are_not_looked_for_when_none_can_speak_to_meshctl() -> None:
    assert [] == list(document("# a\nb: c # d\n").comments())


def test_ignore_comments_cover_lines() -> None:
    expected = [
        IgnoreComment("a.yaml", 10, True, ("a/b",), "whole document", 10, 24),
        IgnoreComment("a.yaml", 12, False, ("c/d", "IST0101"), "beside", 12, 12),
        IgnoreComment("a.yaml", 13, True, ("e/f",), "below", 16, 16),
        IgnoreComment("a.yaml", 23, True, ("g",), "at the end", 25, 25),
    ]
    assert (expected, []) == ignores(document(TEXT, 10))


def test_stacked_comments_cover_the_same_line() -> None:
    text = "a: 1\n# meshctl: ignore[x]\n# note\n\n# meshctl: ignore[y] why\nb: 2\n"
    found, problems = ignores(document(text))
    assert ([(6, 6), (6, 6)], []) == ([comment[-2:] for comment in found], problems)


def test_a_comment_behind_the_marker_covers_the_document() -> None:
    found, _ = ignores(document("--- # meshctl: ignore[x] all\na: 1\n"))
    assert [(1, 3)] == [comment[-2:] for comment in found]


@pytest.mark.parametrize(
    "comment",
    ["meshctl: ignore", "meshctl: ignore[]", "meshctl: ignore[ , ]", "meshctl: ignore x/y",
     "meshctl: disable[x/y]", "meshctl:", "meshctl: ignore[x", "meshctl: ignore[[x]]"],
)  # fmt: skip
def test_malformed_comments_are_problems(comment: str) -> None:
    found, problems = ignores(document(f"a: {comment[:1]} # {comment}\n", 3))
    expected = [("malformed-ignore", Span(3, 8, 3, 8 + len(comment)))]
    assert ([], expected) == (found, [(problem.kind, problem.span) for problem in problems])


def test_text_about_meshctl_is_no_directive() -> None:
    assert ([], []) == ignores(document("a: 1 # see meshctl: docs\n"))
