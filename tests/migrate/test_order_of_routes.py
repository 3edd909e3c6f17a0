"""HTTPRoutes are tried by how specific they are; what a list in order did is kept."""

from hypothesis import given
from hypothesis import strategies as st

from meshctl.mesh.matching.request_match import RequestMatch, from_istio
from meshctl.migrate.gateway_api.asked import Alternative, Asked, CantSayError
from meshctl.migrate.gateway_api.order import in_any_order

MESH = frozenset({"mesh"})
PATHS = ("/", "/a", "/a/b", "/a/b/c", "/z")
PATTERNS = ("/a/.*", "/[az]", ".*", ".*/b", "/a/b/c", "/a/(b|x).*")
REQUESTS = [
    (path, method, one, other)
    for path in PATHS for method in ("GET", "POST") for one in "12" for other in "12"
]  # fmt: skip


Shape = tuple[str, str, str, str, str]
"""Kind and text of the path, method, and the values of two headers; empty asks for nothing."""


def alternative(number: int, shape: Shape) -> Alternative:
    kind, path, method, one, other = shape
    headers = {name: {"exact": value} for name, value in (("x", one), ("y", other)) if value}
    match: dict[str, object] = {"uri": {kind: path}, "headers": headers}
    if method:
        match["method"] = {"exact": method}
    texts = tuple((name, "exact", text["exact"]) for name, text in headers.items())
    return Alternative(from_istio(match, MESH), Asked(kind, path, method, texts), number)


def takes(match: RequestMatch, request: tuple[str, str, str, str]) -> bool:
    path, method, one, other = request
    asked = match.headers
    return bool(
        match.path.takes(path)
        and (match.method is None or match.method.takes(method))
        and all(asked[name].takes(v) for name, v in (("x", one), ("y", other)) if name in asked)
    )


@st.composite
def lists(draw: st.DrawFn) -> list[Alternative]:
    paths = st.one_of(
        st.tuples(st.sampled_from(("exact", "prefix")), st.sampled_from(PATHS)),
        st.tuples(st.just("regex"), st.sampled_from(PATTERNS)),
    )
    shape = st.tuples(
        paths,
        st.sampled_from(("", "GET", "POST")), st.sampled_from(("", "1", "2")),
        st.sampled_from(("", "1", "2")),
    )  # fmt: skip
    shapes = draw(st.lists(shape, min_size=1, max_size=6))
    return [alternative(number, (*path, *rest)) for number, (path, *rest) in enumerate(shapes)]


@given(lists())
def test_the_most_specific_does_what_the_first_did(several: list[Alternative]) -> None:
    try:
        found = in_any_order(several).alternatives
    except CantSayError:
        return
    ranked = sorted(found, key=lambda one: one.asked.rank)
    for request in REQUESTS:
        before = next((one.action for one in several if takes(one.written, request)), None)
        after = next((one.action for one in ranked if takes(one.asked.requests, request)), None)
        assert before == after, request


@given(lists())
def test_regular_expressions_take_just_what_prefixes_did(several: list[Alternative]) -> None:
    """A prefix ``/a`` took ``/ab``, too; a PathPrefix doesn't, and the pattern for it does."""
    try:
        found = in_any_order([one.as_pattern for one in several]).alternatives
    except CantSayError:
        return
    ranked = sorted(found, key=lambda one: one.asked.rank)
    for path in ("/ab", "/a/bc", "/a/b/x"):
        request = (path, "GET", "1", "2")
        before = next((one.action for one in several if takes(one.written, request)), None)
        after = next((one.action for one in ranked if takes(one.asked.requests, request)), None)
        assert before == after, request


def test_exact_matches_and_prefixes_can_always_be_said() -> None:
    several = [
        alternative(0, ("prefix", "/", "", "1", "")),
        alternative(1, ("prefix", "/a", "GET", "", "2")),
        alternative(2, ("exact", "/a/b", "", "", "")),
        alternative(3, ("prefix", "/", "", "", "")),
    ]
    found = in_any_order(several)
    assert found.added == 4
    assert found.dead == frozenset()
