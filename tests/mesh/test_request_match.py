"""The match algebra: what HTTP matches take, cover and share."""

from collections.abc import Mapping
from typing import Any

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from meshctl.mesh.matching.request_match import (
    RequestMatch,
    Witness,
    covered_by_any,
    covers,
    from_istio,
    intersect,
    is_catch_all,
)
from meshctl.mesh.matching.request_part import PATH
from meshctl.mesh.matching.string_match import ANY, StringMatch, find_text
from meshctl.re2.automaton import CANT_TELL

MESH = frozenset({"mesh"})


def match(written: Mapping[str, Any] | None = None, *gateways: str) -> RequestMatch:
    return from_istio(written or {}, frozenset(gateways) or MESH)


def prefix(value: str) -> StringMatch:
    return StringMatch("prefix", value)


def exact(value: str) -> StringMatch:
    return StringMatch("exact", value)


def regex(value: str) -> StringMatch:
    return StringMatch("regex", value)


# ---------------------------------------------------------------- texts


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (prefix("/api"), prefix("/api/v1"), True),
        (prefix("/api"), prefix("/apifoo"), True),
        (prefix("/api/"), prefix("/api"), False),
        (prefix("/api"), exact("/api"), True),
        (exact("/api"), prefix("/api"), False),
        (prefix("/api"), regex("/api/.*"), True),
        (regex("/api.*"), prefix("/api"), True),
        (regex("/api"), exact("/api"), True),
        (regex("/api"), prefix("/api"), False),
        (regex("/.*"), ANY, True),
        (prefix("/"), ANY, True),
        (prefix(""), ANY, True),
        (ANY, regex("a\\b"), True),
        (prefix("/a"), ANY, False),
        (regex("/api[^?#]*"), prefix("/api"), True),
        (regex("(?i)/api/.*"), prefix("/API/"), True),
        (regex("/a\\b.*"), prefix("/a/"), None),
        (regex("/a\\b.*"), regex("/a\\b.*"), True),
        (prefix("/"), regex("/a\\b.*"), True),
        (regex("["), prefix("/"), None),
        (StringMatch("prefix", "/API", ignore_case=True), prefix("/api/x"), True),
        (prefix("/api"), StringMatch("prefix", "/api/x", ignore_case=True), False),
        (prefix("/1/"), StringMatch("exact", "/1/a", ignore_case=True), True),
        (StringMatch("exact", "/a", ignore_case=True), exact("/A"), True),
        (exact("/a"), StringMatch("exact", "/A", ignore_case=True), False),
        (StringMatch("unknown", "[1]"), prefix("/"), None),
        (prefix("/"), StringMatch("unknown", "[1]"), True),
    ],
)
def test_a_text_condition_covers_another(a: StringMatch, b: StringMatch, expected: bool) -> None:
    assert expected is a.covers(b, PATH)


@pytest.mark.parametrize(
    ("a", "b", "witness"),
    [
        (prefix("/api"), regex("/api/.*"), "/api/"),
        (prefix("/api"), prefix("/apifoo"), "/apifoo"),
        (prefix("/a"), prefix("/b"), None),
        (exact("/a/b"), regex("/[^/]+"), None),
        (exact("/a/b"), regex("/[^/]+/b"), "/a/b"),
        (regex(".*\\.png"), regex("/static/.*"), "/static/.png"),
        (regex("/foo\\?x=1"), ANY, None),
        (regex("foo.*"), ANY, None),
        (ANY, ANY, "/"),
        (StringMatch("prefix", "/ab", ignore_case=True), prefix("/A"), "/Ab"),
        (exact("/a"), regex("/a\\b"), CANT_TELL),
        (exact("/a"), StringMatch("unknown", "null"), CANT_TELL),
        (prefix("/b"), regex("/a\\b"), CANT_TELL),
    ],
)
def test_two_text_conditions_share_a_text(a: StringMatch, b: StringMatch, witness: object) -> None:
    assert witness == a.intersect(b, PATH)
    assert (witness is None) == (b.intersect(a, PATH) is None)


def test_what_is_unknown_cannot_join_what_is_disjoint() -> None:
    assert find_text((prefix("/a"), StringMatch("unknown", ""), regex("/b.*")), (), PATH) is None


@pytest.mark.parametrize(
    ("pattern", "plain"),
    [
        ("/foo", exact("/foo")),
        ("^/foo$", exact("/foo")),
        ("/v1\\.0/[x]", exact("/v1.0/x")),
        ("/foo.*", prefix("/foo")),
        ("/foo/(.*)", prefix("/foo/")),
        (".*", ANY),
        ("/.*", ANY),
        ("/([^?]*)", ANY),
        ("/foo.+", regex("/foo.+")),
        ("/a|/b", regex("/a|/b")),
        ("/foo\\?x", regex("/foo\\?x")),
        ("/a\\b", regex("/a\\b")),
        ("[", regex("[")),
    ],
)
def test_a_regex_that_is_plainer_than_it_looks(pattern: str, plain: StringMatch) -> None:
    assert plain == regex(pattern).simplified(PATH)


# ---------------------------------------------------------------- requests

API = match({"uri": {"prefix": "/api"}})


@pytest.mark.parametrize(
    "shadowed",
    [
        {"uri": {"exact": "/api/x"}},
        {"uri": {"regex": "/api/.*"}},
        {"uri": {"prefix": "/api/v1"}, "headers": {"end-user": {"exact": "jason"}}},
        {"uri": {"prefix": "/api"}, "method": {"exact": "POST"}},
    ],
)
def test_rules_after_a_prefix_are_shadowed(shadowed: dict[str, Any]) -> None:
    assert covers(API, match(shadowed)) is True
    assert covered_by_any([match({"uri": {"exact": "/"}}), API], match(shadowed))


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"uri": {"regex": "/x.*"}},
        {"method": {"regex": "\\bGET"}},
        {"queryParams": {"a": {}}, "port": 80, "sourceLabels": {"app": "a"}},
        {"headers": {"@request.auth.claims.group": {"exact": "admin"}}},
    ],
)
def test_everything_after_the_root_prefix_is_shadowed(written: dict[str, Any]) -> None:
    for everything in ({"uri": {"prefix": "/"}}, {"uri": {"regex": ".*"}}, {}):
        assert covers(match(everything), match(written)) is True


@pytest.mark.parametrize(
    "narrowed",
    [
        {"sourceLabels": {"app": "web"}},
        {"sourceNamespace": "shop"},
        {"authority": {"exact": "other.example.com"}},
        {"method": {"exact": "GET"}},
        {"scheme": {"exact": "https"}},
        {"headers": {"x": {}}},
        {"withoutHeaders": {"x": {}}},
        {"withoutHeaders": {"x": {"exact": "1"}}},
        {"queryParams": {"x": {"regex": ".*"}}},
        {"port": 8080},
    ],
)
def test_a_narrower_rule_shadows_nothing_wider(narrowed: dict[str, Any]) -> None:
    earlier = match({"uri": {"prefix": "/api"}, **narrowed})
    assert covers(earlier, match({"uri": {"exact": "/api/x"}})) is False
    assert covers(earlier, match({"uri": {"exact": "/api/x"}, **narrowed})) is True
    assert not covered_by_any([earlier], API)


def test_a_rule_of_another_gateway_shadows_nothing() -> None:
    everywhere, ingress = match({}, "mesh", "shop/public"), match({}, "shop/public")
    assert covers(ingress, everywhere) is False
    assert covers(everywhere, ingress) is True
    assert intersect(match({}, "a/b"), match({}, "c/d")) is None
    assert str(intersect(everywhere, ingress)) == "GET / (at shop/public)"


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"headers": {"x": {}}}, {"headers": {"X": {"exact": "1"}}}, True),
        ({"headers": {"x": {"regex": "*"}}}, {"headers": {"x": {"prefix": "a"}}}, True),
        ({"headers": {"x": {"prefix": "a"}}}, {"headers": {"x": {"regex": "ab+"}}}, True),
        ({"headers": {"x": {"prefix": "ab"}}}, {"headers": {"x": {"prefix": "a"}}}, False),
        ({"headers": {"x": {"regex": ".*"}}}, {"headers": {"x": {}}}, True),
        ({"headers": {":method": {"exact": "GET"}}}, {"method": {"exact": "GET"}}, True),
        ({"headers": {"host": {"prefix": "a"}}}, {"authority": {"exact": "a.b"}}, True),
        ({"authority": {"exact": "A.b"}}, {"authority": {"exact": "a.b"}}, False),
        ({"method": {}}, {}, True),
        ({"method": {"regex": "[A-Z]+"}}, {"method": {"regex": "GET|HEAD"}}, True),
        ({"withoutHeaders": {"x": {"exact": "1"}}}, {"withoutHeaders": {"x": {}}}, True),
        ({"withoutHeaders": {"x": {}}}, {"withoutHeaders": {"x": {"exact": "1"}}}, False),
        ({"withoutHeaders": {"x": {"exact": "1"}}}, {"headers": {"x": {"exact": "2"}}}, True),
        ({"withoutHeaders": {"x": {"exact": "1"}}}, {"headers": {"x": {"prefix": "1"}}}, False),
        ({"headers": {"x": {}}}, {"withoutHeaders": {"x": {"exact": ""}}}, True),
        ({"withoutHeaders": {"x": {"prefix": "1"}}}, {"withoutHeaders": {"x": {"regex": "1.*"}}}, True),
        ({"withoutHeaders": {"x": {"exact": "1"}}}, {"withoutHeaders": {"x": {"regex": "1|2"}}}, True),
        ({"queryParams": {"p": {}}}, {"queryParams": {"p": {"exact": "1"}}}, True),
        ({"queryParams": {"p": {}}}, {"queryParams": {"P": {"exact": "1"}}}, False),
        ({"queryParams": {"p": {"regex": "[^&]*"}}}, {"queryParams": {"p": {}}}, True),
        ({"sourceLabels": {"a": "1"}}, {"sourceLabels": {"a": "1", "b": "2"}}, True),
        ({"ignoreUriCase": True, "uri": {"prefix": "/API"}}, {"uri": {"exact": "/api/x"}}, True),
        ({"ignoreUriCase": True, "uri": {"regex": "/API"}}, {"uri": {"exact": "/api"}}, False),
        ({"headers": {"x": "1"}}, {"headers": {"x": {"exact": "1"}}}, None),
        ({"uri": "/"}, {}, None),
        ({"headers": [1]}, {"uri": {"exact": "/"}}, False),
        ({"headers": {"@request.auth.claims.g": {"exact": "a"}}}, {}, None),
        ({"headers": {":path": {"prefix": "/a"}}}, {"uri": {"prefix": "/a"}}, None),
        (
            {"headers": {"@request.auth.claims.g": {"exact": "a"}}},
            {"headers": {"@request.auth.claims.g": {"exact": "a"}}, "uri": {"exact": "/"}},
            True,
        ),
    ],
)  # fmt: skip
def test_covers(a: dict[str, Any], b: dict[str, Any], expected: bool | None) -> None:
    assert expected is covers(match(a), match(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"headers": {"x": {"exact": "1"}}}, {"withoutHeaders": {"X": {"exact": "1"}}}),
        ({"headers": {"x": {}}}, {"withoutHeaders": {"x": {}}}),
        ({"headers": {"x": {"exact": "1"}}}, {"headers": {"x": {"exact": "2"}}}),
        ({"withoutHeaders": {"x": {"regex": ".*"}}}, {}),
        ({"method": {"exact": "GET"}}, {"method": {"regex": "P.*"}}),
        ({"queryParams": {"p": {"exact": "a"}}}, {"queryParams": {"p": {"prefix": "b"}}}),
        ({"authority": {"exact": "a.example.com"}}, {"authority": {"regex": "b\\..*"}}),
        ({"port": 80}, {"port": 443}),
        ({"sourceNamespace": "a"}, {"sourceNamespace": "b"}),
        ({"sourceLabels": {"v": "1"}}, {"sourceLabels": {"v": "2"}}),
        ({"uri": {"exact": "api"}}, {}),
        ({"uri": {"exact": "/a"}, "headers": {"x": "1"}}, {"uri": {"exact": "/b"}}),
    ],
)
def test_disjoint_matches(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert intersect(match(a), match(b)) is None
    assert intersect(match(b), match(a)) is None


@pytest.mark.parametrize(
    ("a", "b", "text"),
    [
        ({}, {}, "GET /"),
        ({"uri": {"prefix": "/api"}}, {"uri": {"regex": ".*/v[12]"}}, "GET /api/v1"),
        (
            {"headers": {"end-user": {"exact": "jason"}}, "queryParams": {"x": {"exact": "1"}}},
            {"authority": {"exact": "shop.example.com"}, "uri": {"prefix": "/api/v1"}},
            "GET http://shop.example.com/api/v1?x=1 (header end-user: jason)",
        ),
        ({"method": {"regex": "P.*"}, "scheme": {"regex": "https?"}}, {}, "POST /"),
        ({"headers": {"X": {}}}, {"withoutHeaders": {"x": {"prefix": "1"}}}, "GET / (header x: )"),
        ({"withoutHeaders": {"x": {}}}, {"withoutHeaders": {"x": {"prefix": "1"}}}, "GET /"),
        ({"withoutHeaders": {":method": {"exact": "GET"}}}, {}, "POST /"),
        (
            {"sourceLabels": {"app": "web"}, "port": 8080},
            {"sourceLabels": {"v": "1"}, "sourceNamespace": "shop"},
            "GET / (from app=web,v=1, from namespace shop, port 8080)",
        ),
    ],
)
def test_witness(a: dict[str, Any], b: dict[str, Any], text: str) -> None:
    assert text == str(intersect(match(a), match(b)))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"headers": {"@request.auth.claims.g": {"exact": "a"}}}, {}),
        ({"headers": {":path": {"prefix": "/a"}}}, {"uri": {"prefix": "/b"}}),
        ({"uri": {"regex": "/a\\b.*"}}, {"uri": {"prefix": "/a"}}),
        ({"withoutHeaders": {"x": {"regex": "\\b"}}}, {}),
    ],
)
def test_what_is_not_modelled_cannot_be_told(a: dict[str, Any], b: dict[str, Any]) -> None:
    assert intersect(match(a), match(b)) is CANT_TELL
    assert intersect(match(b), match(a)) is CANT_TELL


def test_source_labels_beside_gateways_do_nothing() -> None:
    written = {"gateways": ["mesh"], "sourceLabels": {"app": "web"}, "sourceNamespace": "shop"}
    assert match(written) == match({})


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"uri": {}},
        {"uri": {"prefix": "/"}},
        {"uri": {"regex": ".*"}, "ignoreUriCase": True},
        {"sourceLabels": {"app": "web"}, "port": 80, "name": "all"},
    ],
)
def test_istiod_stops_after(written: dict[str, Any]) -> None:
    assert is_catch_all(match(written))


@pytest.mark.parametrize(
    "written",
    [
        {"uri": {"prefix": ""}},
        {"uri": {"regex": "/.*"}},
        {"uri": {"prefix": "/a"}},
        {"uri": {"exact": "/"}},
        {"method": {}},
        {"scheme": {"exact": "http"}},
        {"authority": {"prefix": ""}},
        {"headers": {"x": {}}},
        {"withoutHeaders": {"x": {"exact": "1"}}},
        {"queryParams": {"x": {}}},
        {"uri": {"prefix": "/"}, "headers": {"@request.auth.claims.g": {"exact": "a"}}},
    ],
)
def test_istiod_goes_on_after(written: dict[str, Any]) -> None:
    assert not is_catch_all(match(written))


# ---------------------------------------------------------------- properties

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", "/", "*", "["]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["exact", "prefix", "regex", "x", 1]), inner, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = (
    "uri", "method", "authority", "scheme", "headers", "withoutHeaders", "queryParams",
    "ignoreUriCase", "sourceLabels", "sourceNamespace", "gateways", "port", "name",
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(FIELDS), JUNK), st.dictionaries(st.sampled_from(FIELDS), JUNK)
)
def test_nothing_raises_whatever_is_written(a: dict[str, Any], b: dict[str, Any]) -> None:
    request_match, other = match(a), match(b)
    assert isinstance(is_catch_all(request_match), bool)
    assert covers(request_match, request_match) is not False
    assert (intersect(request_match, other) is None) == (intersect(other, request_match) is None)


def texts(values: list[str], patterns: list[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.one_of(
        st.sampled_from(values).map(lambda value: {"exact": value}),
        st.sampled_from(values).map(lambda value: {"prefix": value}),
        st.sampled_from(patterns).map(lambda value: {"regex": value}),
    )


PATHS = ["/", "/a", "/a/", "/ab", "/A", "/a/b", "/b"]
PATH_PATTERNS = [".*", "/.*", "/a.*", "/[ab]", "(?i)/a/?", "/a/[^/]+", "/\\w*", ".*b"]
VALUES = ["", "1", "12", "a", "A"]
VALUE_PATTERNS = ["*", ".*", "\\d+", "[^1]*", "1?", "(?i)a"]
VALUE = texts(VALUES, VALUE_PATTERNS) | st.just({})
WRITTEN = st.fixed_dictionaries(
    {},
    optional={
        "uri": texts(PATHS, PATH_PATTERNS),
        "ignoreUriCase": st.booleans(),
        "method": texts(["GET", "POST"], ["[A-Z]+", "GET|PUT"]),
        "headers": st.dictionaries(st.sampled_from(["x", "X"]), VALUE, max_size=2),
        "withoutHeaders": st.dictionaries(st.sampled_from(["x", "X"]), VALUE, max_size=2),
        "queryParams": st.dictionaries(st.sampled_from("p"), VALUE, max_size=1),
        "port": st.sampled_from([80, 81]),
        "sourceLabels": st.dictionaries(st.sampled_from("uv"), st.sampled_from("12"), max_size=2),
    },
)
REQUESTS = st.builds(
    Witness,
    path=st.sampled_from([*PATHS, "/a/bc", "/abc"]),
    method=st.sampled_from(["GET", "POST", "PUT", "lower"]),
    headers=st.dictionaries(st.just("x"), st.sampled_from([*VALUES, "2"]), max_size=1),
    query=st.dictionaries(st.just("p"), st.sampled_from([*VALUES, "2"]), max_size=1),
    source_labels=st.fixed_dictionaries({"u": st.sampled_from("12"), "v": st.sampled_from("12")}),
    port=st.sampled_from([80, 81, 82]),
)


def meets(condition: Mapping[str, str], text: str, *, ignore_case: bool = False) -> bool:
    """Evaluate one StringMatch with RE2, as Envoy does."""
    ((kind, value),) = condition.items()
    if kind == "regex":
        return re2.fullmatch(value, text) is not None
    if ignore_case:
        text, value = text.lower(), value.lower()
    return text == value if kind == "exact" else text.startswith(value)


def takes(written: Mapping[str, Any], request: Witness) -> bool:
    """Evaluate a match for one request directly: the definition the algebra has to agree with."""
    present = ({}, {"regex": "*"})

    def named(conditions: Mapping[str, Any], values: Mapping[str, str]) -> bool:
        return all(
            name in values and (condition in present or meets(condition, values[name]))
            for name, condition in conditions.items()
        )

    fold = written.get("ignoreUriCase", False)
    headers = {name.lower(): text for name, text in request.headers.items()}
    asked = [(name.lower(), text) for name, text in written.get("headers", {}).items()]
    refused = [(name.lower(), text) for name, text in written.get("withoutHeaders", {}).items()]
    labels = written.get("sourceLabels", {})
    return (
        ("uri" not in written or meets(written["uri"], request.path, ignore_case=fold))
        and ("method" not in written or meets(written["method"], request.method))
        and all(named({name: text}, headers) for name, text in asked)
        and all(
            name not in headers if text in present else not meets(text, headers.get(name, ""))
            for name, text in refused
        )
        and named(written.get("queryParams", {}), request.query)
        and written.get("port") in (None, request.port)
        and labels.items() <= request.source_labels.items()
    )


@settings(max_examples=600)
@given(WRITTEN, WRITTEN, st.lists(REQUESTS, min_size=8, max_size=8))
def test_what_a_match_covers_it_takes(
    a: dict[str, Any], b: dict[str, Any], requests: list[Witness]
) -> None:
    escaped = [request for request in requests if takes(b, request) and not takes(a, request)]
    verdict = covers(match(a), match(b))
    assert verdict is not None
    assert not (verdict and escaped)


@settings(max_examples=600)
@given(WRITTEN, WRITTEN, st.lists(REQUESTS, min_size=8, max_size=8))
def test_a_witness_is_taken_by_both_and_none_means_disjoint(
    a: dict[str, Any], b: dict[str, Any], requests: list[Witness]
) -> None:
    found = intersect(match(a), match(b))
    back = intersect(match(b), match(a))
    assert (found is None) == (back is None)
    if found is None:
        assert [request for request in requests if takes(a, request) and takes(b, request)] == []
    else:
        assert isinstance(found, Witness)
        assert takes(a, found)
        assert takes(b, found)


@settings(max_examples=300)
@given(WRITTEN, WRITTEN)
def test_a_match_that_covers_another_meets_it(a: dict[str, Any], b: dict[str, Any]) -> None:
    request_match, other = match(a), match(b)
    if covers(request_match, other) and intersect(other, other):
        assert isinstance(intersect(request_match, other), Witness)


@settings(max_examples=300)
@given(WRITTEN, WRITTEN, WRITTEN)
def test_cover_is_reflexive_and_transitive(
    a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]
) -> None:
    request_match, two, three = match(a), match({**a, **b}), match({**a, **b, **c})
    assert covers(request_match, request_match) is True
    if covers(request_match, two) and covers(two, three) and intersect(three, three):
        assert covers(request_match, three) is True
