"""A text looks like a regex where it has what no plain text needs, as this pattern says slowly."""

import re

from hypothesis import given
from hypothesis import strategies as st

from meshctl.mesh.matching import looks_like_regex

_SAID = re.compile(r"\.\*|\.\+|\\[dws.]|\[[^\]]*-[^\]]*\]|^\^|\$$|\([^)]*\|[^)]*\)")


@given(st.text("[]()-|a.^$\\\n", max_size=12))
def test_brackets_count_that_enclose_a_choice(text: str) -> None:
    assert looks_like_regex(text) == (_SAID.search(text) is not None)


def test_brackets_that_nothing_closes_are_read_once() -> None:
    # The pattern above would take minutes for it.
    assert not looks_like_regex("[-" * 200_000 + "(|" * 200_000)
