from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from meshctl.yaml import scalars
from meshctl.yaml.notes import Note, UnreadableError
from meshctl.yaml.reader import MAX_DEPTH, MAX_SEPARATORS, Reader, parse_one


def read(text: str) -> tuple[Any, list[tuple[str, str]]]:
    """Read one document: data, and for every note its kind and the text it points at."""
    data, notes = Reader().read(text)
    return data, [(note.kind, text[note.start : note.end]) for note in notes]


def refuse(text: str) -> Note:
    with pytest.raises(UnreadableError) as caught:
        Reader().read(text)
    return caught.value.note


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("# nothing", None),
        ("a: b\nc: [1, yes, 'yes', \"0777\", 0777, ~]", {"a": "b", "c": [1, True, "yes", "0777", 511, None]}),
        ("on: {no: y}\n'on': 1", {"true": {"false": True}, "on": 1}),
        ("a: |\n  on\nb: >-\n  no\n  no", {"a": "on\n", "b": "no no"}),
        ("{a, b: }", {"a": None, "b": None}),
        ("[a: 1, b]", [{"a": 1}, "b"]),
        ("a: !!str 5\nb: !!int '3'\n!!str on: c", {"a": "5", "b": 3, "on": "c"}),
        ("!!map {a: !!seq [1]}", {"a": [1]}),
        ("a: &x {k: 1}\nb: *x", {"a": {"k": 1}, "b": {"k": 1}}),
        ("a: &x on\n*x : 1", {"a": True, "true": 1}),
        ("a: &x 1\nb: &x [2]\nc: *x", {"a": 1, "b": [2], "c": [2]}),
        ("%YAML 1.1\n---\na: 1", {"a": 1}),
        ("? a\n? b", {"a": None, "b": None}),
    ],
)  # fmt: skip
def test_documents_read_as_in_kubernetes(text: str, expected: Any) -> None:
    assert (expected, []) == read(text)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<<: *x\n  a: 1", {"a": 1, "b": 2}),
        ("a: 1\n  <<: *x", {"a": 2, "b": 2}),
        ("<<: [*x, *z]", {"a": 2, "b": 2, "c": 3}),
        ("<<: *x\n  <<: *z", {"a": 3, "b": 2, "c": 3}),
        ("<<: {d: 4}", {"d": 4}),
        ("'<<': 1", {"<<": 1}),
        ("!!merge <<: *z", {"a": 3, "c": 3}),
        ("<<: {<<: *z, a: 5}", {"a": 5, "c": 3}),
    ],
)
def test_merges_follow_the_order_of_goyaml(body: str, expected: Any) -> None:
    data, notes = read(f"x: &x {{a: 2, b: 2}}\nz: &z {{a: 3, c: 3}}\nm:\n  {body}\n")
    assert (expected, []) == (data["m"], notes)


def test_a_merge_of_anything_else_is_refused() -> None:
    assert "yaml-syntax" == refuse("a: {<<: [1]}").kind


def test_a_repeated_key_is_noted_where_it_stands_and_the_last_one_wins() -> None:
    data, notes = Reader().read("a: 1\nb: 2\n'a': 3\n", 10)
    message = "key `a` is already on line 10; the last one wins, so delete one"
    assert ({"a": 3, "b": 2}, [Note("duplicate-key", message, 10, 13)]) == (data, notes)


def test_keys_repeat_when_they_are_the_same_string() -> None:
    assert [("duplicate-key", "true")] == read("on: 1\ntrue: 2")[1]
    assert [] == read("on: 1\n'on': 2")[1]
    assert [] == read("x: &x {a: 1}\nm: {<<: *x, <<: *x, a: 2}")[1]
    assert [("duplicate-key", "c")] == read("m: {<<: {a: 1, b: 2}, c: 1, c: 2}")[1]


def test_repeats_behind_an_alias_are_noted_once() -> None:
    assert [("duplicate-key", "k")] == read("a: &x {k: 1, k: 2}\nb: *x\nc: *x")[1]


def test_nested_repeats_cost_no_more_than_their_text() -> None:
    data, notes = read("{a: 1, a: " * 100 + "1" + "}" * 100)
    assert (100, {"a"}) == (len(notes), set(data))


def test_unknown_tags_are_noted_and_the_bare_value_is_read() -> None:
    text = "a: !Ref 5\nb: !!python/object:os.system {c: 1}\nd: !GetAtt [x]\n"
    expected = [
        ("unknown-tag", "!Ref 5"),
        ("unknown-tag", "!!python/object:os.system {c: 1}"),
        ("unknown-tag", "!GetAtt [x]"),
    ]
    assert ({"a": "5", "b": {"c": 1}, "d": ["x"]}, expected) == read(text)


@pytest.mark.parametrize("value", [".inf", "-.Inf", ".nan", "!!int x", "!!binary x"])
def test_values_that_kubernetes_refuses_are_noted(value: str) -> None:
    data, notes = read(f"a: {value}")
    assert ({"a": value.rpartition(" ")[2]}, [("yaml-syntax", value)]) == (data, notes)


@pytest.mark.parametrize("text", ["? {a: 1}\n: b", "? [a]\n: b", "~: 1", "null: 1", "{{ x }}"])
def test_what_cannot_be_a_key_is_refused(text: str) -> None:
    assert "yaml-syntax" == refuse(text).kind


@pytest.mark.parametrize(
    "text",
    ["[" * 1_000_000, "{" * 1_000_000, "- " * 500_000, "{a: " * 5_000, '{"a":' * 50_000,
     "".join(" " * level + "a:\n" for level in range(1_000)),
     "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 3_000))],
    ids=["brackets", "braces", "dashes", "flow", "json", "block", "aliases"],
)  # fmt: skip
def test_deep_nesting_is_refused(text: str) -> None:
    assert "nesting-too-deep" == refuse(text).kind


@pytest.mark.parametrize("start", ["", "b: [&x 1, &x 2, *x]\n"], ids=["plain", "repeated-anchor"])
def test_nesting_up_to_the_limit_is_read(start: str) -> None:
    depth = MAX_DEPTH - 2
    data, _ = read(start + "a: " + "[" * depth + "]" * depth)
    for _ in range(depth - 1):
        data = data["a"] if isinstance(data, dict) else data[0]
    assert [[]] == data


@pytest.mark.parametrize(
    ("first", "rest"),
    [
        ("[x, x, x, x, x, x, x, x, x]", "[{}]"),
        ("{x: 1}", "{{<<: [{}]}}"),
    ],
)
def test_alias_bombs_are_refused(first: str, rest: str) -> None:
    lines = [f"a0: &a0 {first}"]
    for number in range(1, 12):
        aliases = ", ".join([f"*a{number - 1}"] * 9)
        lines.append(f"a{number}: &a{number} {rest.format(aliases)}")
    assert "alias-bomb" == refuse("\n".join(lines)).kind


@pytest.mark.parametrize("text", ["&a [*a]", "a: &a\n  b: *a", "&a {<<: *a}", "[&a [1], &a [*a]]"])
def test_anchors_that_contain_themselves_are_refused(text: str) -> None:
    assert "alias-bomb" == refuse(text).kind


def test_many_aliases_of_a_reasonable_document_are_read() -> None:
    aliases = ", ".join(["*a"] * 5_000)
    data, notes = read(f"x: &a {{p: 1, q: [1, 2]}}\nz: [{aliases}]")
    assert (5_000, []) == (len(data["z"]), notes)


def test_too_many_values_are_refused_before_they_fill_the_memory() -> None:
    assert "document-too-large" == refuse("[" + "a," * (MAX_SEPARATORS + 1) + "]").kind


def test_a_reader_forgets_the_notes_of_earlier_documents() -> None:
    reader = Reader()
    reader.read("a: 1\na: 2")
    assert ({"a": 1}, []) == reader.read("a: 1")


def test_parse_one_names_the_line() -> None:
    assert {"a": 1} == parse_one("a: 1")
    with pytest.raises(ValueError, match=r"line 2: .*`:`"):
        parse_one("a: 1\nb: c: d")


def is_text_in_both_dialects(text: str) -> bool:
    try:
        return isinstance(scalars.plain(text), str)
    except ValueError:
        return False


texts = st.text(max_size=12).filter(is_text_in_both_dialects)
data_of_both_dialects = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | texts
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(data_of_both_dialects, st.sampled_from([None, True, False]), st.booleans())
def test_data_equals_pyyamls_where_the_dialects_agree(
    data: Any, flow: bool | None, unicode: bool
) -> None:
    text = yaml.safe_dump(data, default_flow_style=flow, allow_unicode=unicode)
    assert yaml.load(text, yaml.CSafeLoader) == Reader().read(text)[0]
