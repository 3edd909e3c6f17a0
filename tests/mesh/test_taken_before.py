"""The index of earlier matches finds what a comparison of one match with all others finds."""

from typing import Any

from hypothesis import given, settings, strategies

from meshctl.mesh.matching.request_match import RequestMatch, covers, from_istio
from meshctl.mesh.matching.string_match import segment_prefix
from meshctl.mesh.matching.taken_before import TakenBefore

uris = strategies.builds(
    lambda kind, path: {kind: path},
    strategies.sampled_from(["exact", "prefix"]),
    strategies.sampled_from(["/", "/a", "/a/b", "/ab", "/a/b/c"]),
)
texts = strategies.sampled_from(["1", "2"]).map(lambda value: {"exact": value})
names = strategies.sampled_from(["x", "y", "z"])
headers, params = (strategies.dictionaries(names, texts, max_size=most) for most in (2, 1))
matches = strategies.fixed_dictionaries(
    {}, optional={"uri": uris, "headers": headers, "queryParams": params, "method": texts}
)


def requested(match: dict[str, Any]) -> RequestMatch:
    found = from_istio(match, frozenset())
    path = found.path
    is_segment = path.kind == "prefix" and path.value != "/"
    return found._replace(path=segment_prefix(path.value)) if is_segment else found


@settings(max_examples=200)
@given(strategies.lists(matches, max_size=4), matches)
def test_the_first_that_takes_all_is_found(earlier, later) -> None:
    index: TakenBefore[int] = TakenBefore()
    for number, match in enumerate(earlier):
        index.add(match, number)
    taking = (
        number for number, match in enumerate(earlier) if covers(requested(match), requested(later))
    )
    assert next(taking, None) == index.find(later)


def test_of_many_conditions_all_one_alone_and_none_are_found() -> None:
    many = {"headers": {f"h{number}": {"exact": "1"} for number in range(9)}}
    for earlier in (many, {"headers": {"H3": {"exact": "1"}}}, {}):
        index: TakenBefore[str] = TakenBefore()
        index.add(earlier, "first")
        assert index.find(many) == "first"
