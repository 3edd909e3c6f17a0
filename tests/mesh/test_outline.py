"""What tells two matches apart at a glance never parts two that share a request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.mesh.matching.outline import outline
from meshctl.mesh.matching.request_match import RequestMatch, covers, from_istio, intersect

MESH = frozenset({"mesh"})
PATHS = ("/", "/a", "/a/", "/a/b", "/ab", "/A", "/z", "no-slash")
PATTERNS = ("/a/.*", "/[az]", ".*", "/a/b|/z", "/a[(]|/z", "/ab?", "(?i)/a", "none", "[")
VALUES = st.sampled_from((
    {"exact": "1"}, {"exact": "2"}, {"prefix": "1"}, {"regex": "1|2"}, {"regex": "*"},
    {"exact": "a\nb"}, {"regex": "["},
))  # fmt: skip
TEXTS = st.dictionaries(st.sampled_from(("x", "X", "host", "y")), VALUES, max_size=2)


@st.composite
def matches(draw: st.DrawFn) -> RequestMatch:
    uri = draw(st.one_of(
        st.none(),
        st.builds(lambda kind, path: {kind: path}, st.sampled_from(("exact", "prefix")),
                  st.sampled_from(PATHS)),
        st.builds(lambda text: {"regex": text}, st.sampled_from(PATTERNS)),
    ))  # fmt: skip
    written: dict[str, Any] = {
        "uri": uri, "ignoreUriCase": draw(st.booleans()),
        "method": draw(st.sampled_from((None, {"exact": "GET"}, {"exact": "POST"}))),
        "headers": draw(TEXTS), "withoutHeaders": draw(TEXTS), "queryParams": draw(TEXTS),
    }  # fmt: skip
    return from_istio({key: value for key, value in written.items() if value}, MESH)


@given(matches(), st.lists(matches(), min_size=1, max_size=4))
def test_the_rest_shares_no_request_and_takes_not_all(
    match: RequestMatch, others: list[RequestMatch]
) -> None:
    mine, outlines = outline(match), [outline(other) for other in others]
    near = mine.may_meet(outlines)
    wide = mine.may_be_in(outlines, near)
    for place, other in enumerate(others):
        assert place in near or intersect(match, other) is None
        assert place in wide or covers(other, match) is not True


@pytest.mark.parametrize(
    ("written", "other", "meet", "is_in"),
    [
        ({"uri": {"prefix": "/a/b"}}, {"uri": {"prefix": "/a"}}, [0], [0]),
        ({"uri": {"prefix": "/a"}}, {"uri": {"prefix": "/b"}}, [], []),
        ({"uri": {"exact": "/ab"}}, {"uri": {"exact": "/a"}}, [], []),
        ({"uri": {"regex": "/p/1/.*"}}, {"uri": {"regex": "/p/2/.*"}}, [], []),
        ({"headers": {"X": {"exact": "1"}}}, {"headers": {"x": {"exact": "2"}}}, [], []),
        ({"headers": {"x": {"exact": "1"}}}, {"headers": {"y": {"exact": "1"}}}, [0], []),
        ({"method": {"exact": "GET"}}, {"method": {"exact": "PUT"}}, [], []),
        ({"uri": {"regex": "none"}}, {"uri": {"prefix": "/b"}}, [0], [0]),
    ],
)
def test_what_a_glance_tells(
    written: dict[str, Any], other: dict[str, Any], meet: list[int], is_in: list[int]
) -> None:
    mine, outlines = outline(from_istio(written, MESH)), [outline(from_istio(other, MESH))]
    assert meet == mine.may_meet(outlines)
    assert is_in == mine.may_be_in(outlines, meet)
