from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshctl.sources.documents import Document, Span
from meshctl.yaml.parser import Parser

ROUTES = """\
# head
kind: VirtualService
metadata: {name: "reviews", labels: {}}
spec:
  http:
  - match: &match
    - uri: {exact: /a}
    route:
    - destination:
        host: 'reviews'   # the host
      weight: 5
  - <<: &defaults
      timeout: 5s
      retries:
        attempts: 3
    match: *match
    timeout: !!str 7
  - name:
    <<: [*defaults]
  hosts: [a.example.com, &b b.example.com, *b]
  text: |
    one
    two

  folded: plain
    text
  matrix: [[1, 2], [], [[x]]]
  on: off
  empty: []
"""


def document(text: str, first_line: int = 1) -> Document:
    data, _ = Parser().parse(text, first_line)
    return Document("a.yaml", first_line, text, data)


def text_at(found: Document, span: Span) -> str:
    """Cut the text that a span marks out of the source lines."""
    lines = list(found.lines(span.line, span.end_line))
    lines[-1] = lines[-1][: span.end_column - 1]
    lines[0] = lines[0][span.column - 1 :]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        (("kind",), 2, "VirtualService"),
        (("metadata", "name"), 3, '"reviews"'),
        (("metadata", "labels"), 3, "labels"),
        (("spec", "http", 0, "route", 0, "destination", "host"), 10, "'reviews'"),
        (("spec", "http", 0, "route", 0, "weight"), 11, "5"),
        (("spec", "http"), 5, "http"),
        (("spec", "http", 0), 6, "match"),
        (("spec", "http", 0, "route", 0), 9, "destination"),
        (("spec", "http", 0, "match"), 6, "match"),
        (("spec", "http", 1, "match"), 16, "match"),
        (("spec", "http", 1, "match", 0, "uri", "exact"), 7, "/a"),
        (("spec", "http", 1, "timeout"), 17, "!!str 7"),
        (("spec", "http", 1, "retries", "attempts"), 15, "3"),
        (("spec", "http", 2, "timeout"), 13, "5s"),
        (("spec", "http", 2, "name"), 18, "name"),
        (("spec", "hosts", 1), 20, "b.example.com"),
        (("spec", "hosts", 2), 20, "b.example.com"),
        (("spec", "text"), 21, "|\n    one\n    two"),
        (("spec", "folded"), 25, "plain\n    text"),
        (("spec", "matrix", 0), 27, "1"),
        (("spec", "matrix", 1), 27, "[]"),
        (("spec", "matrix", 2, 0, 0), 27, "x"),
        (("spec", "true"), 28, "off"),
        (("spec", "empty"), 29, "empty"),
        ((), 2, "kind"),
    ],
)
def test_values_are_found(path: tuple[str | int, ...], line: int, expected: str) -> None:
    found = document(ROUTES)
    span = found.span(path)
    assert (line, expected) == (span.line, text_at(found, span))


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        (("spec", "http", 0, "route", 0, "destination", "host"), 10, "host"),
        (("spec", "http", 1), 12, "<<"),
        (("spec", "hosts", 0), 20, "a.example.com"),
        (("spec", "true"), 28, "on"),
        ((), 2, "kind"),
    ],
)
def test_keys_are_found(path: tuple[str | int, ...], line: int, expected: str) -> None:
    found = document(ROUTES)
    span = found.span(path, key=True)
    assert (line, expected) == (span.line, text_at(found, span))


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        (("status",), 2, "kind"),
        (("spec", "gateways", 3, "x"), 4, "spec"),
        (("spec", "http", 0, "fault"), 6, "match"),
        (("spec", "http", 0, "route", 0, "destination", "port"), 9, "destination"),
        (("spec", "http", 9), 5, "http"),
        (("spec", "http", "x"), 5, "http"),
        (("spec", "http", -1), 5, "http"),
        (("kind", "x"), 2, "kind"),
        (("metadata", "labels", "app"), 3, "labels"),
        (("spec", "matrix", 1, 0), 27, "[]"),
    ],
)
def test_a_missing_value_stands_for_its_nearest_ancestor(
    path: tuple[str | int, ...], line: int, expected: str
) -> None:
    found = document(ROUTES)
    span = found.span(path)
    assert (line, expected) == (span.line, text_at(found, span))


def test_spans_are_absolute_and_count_characters() -> None:
    found = document("---\n😀: {é: ü}\n", first_line=40)
    assert Span(41, 8, 41, 9) == found.span(("😀", "é"))
    assert Span(41, 1, 41, 2) == found.span(("missing",))


def test_the_last_of_a_repeated_key_is_found_as_it_is_the_one_read() -> None:
    found = document("a: 1\nb: 2\na: 3\n")
    assert (3, Span(3, 4, 3, 5)) == (found.data["a"], found.span(("a",)))


NESTED = """\
data:
  mesh: |-

    # settings
    trustDomain: shop

    defaultConfig:
      image: {imageType: debug}
  quoted: "{a: [1, two]}"
  escaped: "{a:\\tb}"
  folded: >
    a: 1
    b: 2
  clipped: |2
    a: 1
"""


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        (("mesh", "trustDomain"), 5, "shop"),
        (("mesh", "defaultConfig"), 7, "defaultConfig"),
        (("mesh", "defaultConfig", "image", "imageType"), 8, "debug"),
        (("mesh", "defaultConfig", "missing"), 7, "defaultConfig"),
        (("quoted", "a", 1), 9, "two"),
        (("escaped", "a"), 10, "escaped"),
        (("folded", "b"), 11, "folded"),
    ],
)
def test_paths_lead_into_yaml_within_a_text(
    path: tuple[str | int, ...], line: int, expected: str
) -> None:
    found = document(NESTED)
    span = found.span(("data", *path))
    assert (line, expected) == (span.line, text_at(found, span))


def test_line_breaks_that_only_yaml_counts_are_none() -> None:
    found = document('a: "x\u2028  y"\r\nb: 1\r\n')
    assert Span(2, 4, 2, 5) == found.span(("b",))
    assert ('a: "x\u2028  y"', "b: 1") == found.lines(1, 2)


def test_items_of_a_list_object_are_found() -> None:
    text = "kind: List\nitems:\n- kind: A\n- kind: B\n  spec:\n    x: 1\n"
    assert Span(16, 8, 16, 9) == document(text, 11).span(("items", 1, "spec", "x"))


def test_json_is_found_too() -> None:
    found = document('{\n\t"a": {\n\t\t"b": [1, "x"]\n\t}\n}\n')
    assert '"x"' == text_at(found, found.span(("a", "b", 1)))


@pytest.mark.parametrize("text", ['\t{"a": 1}', '{"a": "\\ud83d\\ude00"}', ""])
def test_a_text_without_nodes_is_found_by_its_first_word(text: str) -> None:
    found = document(text, 5)
    column = len(text) - len(text.lstrip()) + 1
    assert (5, column) == found.span(("a",))[:2]


def test_lines_are_given_as_far_as_they_are_in_the_document() -> None:
    found = document("---\na: 1\nb: 2\n", 10)
    assert ("a: 1", "b: 2") == found.lines(11, 12)
    assert ("---",) == found.lines(1, 10)
    assert ("b: 2", "") == found.lines(12, 99)
    assert () == found.lines(20, 30)
    assert () == found.lines(1, 5)


def walk(data: Any, path: tuple[str | int, ...] = ()) -> Any:
    """List every path below some data, with what is there."""
    if path:
        yield path, data
    pairs = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for step, value in pairs:
        yield from walk(value, (*path, step))


texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
objects = st.dictionaries(
    texts,
    st.recursive(
        st.none() | st.booleans() | st.integers() | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=12,
    ),
    max_size=4,
)


styles = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([None, True, False]),
        "default_style": st.sampled_from([None, "'", '"', "|", ">"]),
        "indent": st.sampled_from([2, 4]),
        "width": st.sampled_from([20, 80]),
        "allow_unicode": st.booleans(),
    }
)


@given(objects, styles, st.integers(1, 50))
def test_every_span_lies_on_its_key_or_value(
    data: Any, style: dict[str, Any], first_line: int
) -> None:
    text = yaml.safe_dump(data, **style)
    found = document(text, first_line)
    parser = Parser()
    for path, value in walk(found.data):
        cut = text_at(found, found.span(path))
        if isinstance(path[-1], str):
            key = text_at(found, found.span(path, key=True))
            if key[0] not in "|>":
                assert {path[-1]: 0} == parser.parse(f"? {key}\n: 0", 1)[0]
            if isinstance(value, (dict, list)):
                assert key == cut
        if not isinstance(value, (dict, list)) and cut[0] not in "|>":
            assert {"v": value} == parser.parse(f"v:\n  {cut}", 1)[0]
