"""Is JSON of whoever read to what can be walked and written, or refused?"""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.plain_objects import DEEPEST, read_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
)


@given(VALUES)
def test_values_come_back(value: object) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert value == read_json(text) == read_json(text.encode())


@pytest.mark.parametrize("half", [r"\ud800", r"\uD800", r"\udfff", r"\ud800\ud800"])
def test_half_a_character_becomes_one_that_can_be_written(half: str) -> None:
    for text in (f'{{"a{half}": ["{half}b"]}}', f'{{"a{half}": ["{half}b"]}}'.encode()):
        ((key, (value,)),) = read_json(text).items()
        assert key.strip("\ufffd") == "a"
        assert value.strip("\ufffd") == "b"
        (key + value).encode()


def test_halves_that_belong_together_are_one() -> None:
    assert ["\U0001f600", "\ufffdx"] == read_json(r'["\ud83d\ude00", "\ud83dx"]')


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("levels", [DEEPEST + 1, 900, 5000, 100_000])
def test_what_is_nested_too_deep_is_refused(opening: str, levels: int) -> None:
    closing = {"[": "]", '{"a":': "}"}[opening]
    for text in (opening * levels, f"{opening * levels}1{closing * levels}"):
        with pytest.raises(ValueError, match=r"levels|Expecting"):
            read_json(text)


def test_the_deepest_is_read() -> None:
    text = "[" * DEEPEST + "]" * DEEPEST
    assert text == json.dumps(read_json(text))
