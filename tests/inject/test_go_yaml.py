"""Is the YAML what Kubernetes' Go library writes, and does it mean what it was made from?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.inject.go_types import go_json
from meshctl.istio.quantities import canonical
from meshctl.yaml import emitter as go_yaml
from meshctl.yaml.reader import parse_one

LETTERS = st.characters(min_codepoint=1, max_codepoint=0x2FF, exclude_categories=["Cs"])
TEXTS = st.text(LETTERS, max_size=20) | st.text("ab \n:#-'\"{}0.", max_size=120)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("ab-1: #", min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(VALUES)
def test_what_is_written_reads_the_same(value: object) -> None:
    assert value == parse_one(go_yaml.dumps(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain text", "plain text"), ("", '""'), ("true", '"true"'), ("1", '"1"'), ("y", '"y"'),
        ("a: b", "'a: b'"), ("a #b", "'a #b'"), ("it's", "it's"), ("*", "'*'"), ("- a", "'- a'"),
        ("-p", "-p"), ("1:30", '"1:30"'), ("2001-01-01", '"2001-01-01"'), ("a\tb", '"a\\tb"'),
        ("a\nb", "|-\n  a\n  b"), ("a\n", "|\n  a"), ("a\n\n", "|+\n  a\n"), (" a", "' a'"),
        ("\u00e9", "\u00e9"), ("\x07", '"\\a"'), ("~", '"~"'), ("0777", '"0777"'),
        ("=", '"="'), ("{}", "'{}'"), (1.5, "1.5"), (None, "null"), (True, "true"), ([], "[]"),
    ],
)  # fmt: skip
def test_scalars(value: object, expected: str) -> None:
    assert f"{expected}\n" == go_yaml.dumps(value)


def test_long_lines_are_folded_at_spaces() -> None:
    value = {"a": " ".join(["word"] * 30)}
    lines = go_yaml.dumps(value).splitlines()
    assert [82, 71] == [len(line) for line in lines]
    assert value == parse_one("\n".join(lines))


def test_keys_are_in_natural_order_and_lists_not_indented() -> None:
    value = {"a10": 1, "a2": [{"b": 1, "a": [1, 2]}, "x"], "B": {}, "1": {"k": None}}
    expected = '"1":\n  k: null\nB: {}\na2:\n- a:\n  - 1\n  - 2\n  b: 1\n- x\na10: 1\n'
    assert expected == go_yaml.dumps(value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2000m", "2"), ("0.5", "500m"), ("1024Mi", "1Gi"), ("1.5Gi", "1536Mi"), ("0.1Ki", "102400m"),
        ("1500m", "1500m"), ("1e3", "1e3"), ("0", "0"), ("100k", "100k"), ("1000k", "1M"),
        ("512Ki", "512Ki"), ("1n", "1n"), ("0.1n", "1n"), ("-1500m", "-1500m"),
    ],
)  # fmt: skip
def test_quantities(given: str, expected: str) -> None:
    assert expected == canonical(given)


def test_json_is_safe_in_html() -> None:
    assert r'{"a":"\u003c\u0026\u003e","b":1}' == go_json.dumps({"a": "<&>", "b": 1.0})
