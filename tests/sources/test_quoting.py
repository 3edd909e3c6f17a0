"""A number or a flag becomes text as it is written, and nothing else does."""

import pytest

from meshctl.yaml.reader import compose
from meshctl.yaml.text_edits import UnsafeEditError, applied
from meshctl.yaml.value_edits import ValueEditor


def quoted(value: str) -> str:
    text = f"version: {value}  # kept\n"
    root = compose(text)
    assert root is not None
    return applied(text, [ValueEditor(text, root).make("quote", ("version",), None)])


@pytest.mark.parametrize(
    "value", ["1.10", "8080", "0x10", "1_000", "010", "true", "false", "on", "yes", "no"]
)
def test_the_text_stays_as_it_is_written(value: str) -> None:
    assert quoted(value) == f'version: "{value}"  # kept\n'


@pytest.mark.parametrize("value", ["~", "", "[1]", "'1'", "v1"])
def test_what_may_mean_something_else_is_left_alone(value: str) -> None:
    with pytest.raises(UnsafeEditError):
        quoted(value)
