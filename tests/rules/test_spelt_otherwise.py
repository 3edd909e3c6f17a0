"""Names that differ in case or separators alone."""

import pytest

from meshctl.words import spelt_otherwise


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("V-1", ["v1", "v2"], "v1"),
        ("shopApi", ["shop-api"], "shop-api"),
        ("v3", ["v1", "v2"], None),
        ("v10", ["v1.0"], None),
        ("1-1", ["11"], None),
        ("v1", ["V1", "v-1"], None),  # either may be meant
    ],
)
def test_one_name_is_meant(name: str, known: list[str], meant: str | None) -> None:
    assert spelt_otherwise(name, known) == meant
