"""Label selectors are read as kubectl reads them."""

import pytest

from meshctl.engine.label_query import label_query
from meshctl.errors import UsageError

LABELS = {"app": "cart", "tier": "front"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True), ("app=cart", True), ("app==cart", True), ("app!=cart", False),
        ("app", True), ("!app", False), ("!gone", True), ("gone", False),
        ("app in (cart, desk),tier", True), ("app notin (cart)", False),
        ("gone notin (x)", True), ("app=cart,tier!=front", False), (" app = cart ", True),
    ],
)  # fmt: skip
def test_what_is_meant(text: str, expected: bool) -> None:
    assert expected == label_query(text)(LABELS)


@pytest.mark.parametrize("text", ["app cart", "app in cart", "(app)", "!!app"])
def test_what_cannot_be_read_is_said(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        label_query(text)
