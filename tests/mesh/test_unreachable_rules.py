"""Dead rules: what is called dead gets no request, whatever is sent."""

import re
from itertools import product

import pytest
from gateway_meshes import delegate, mesh, routes_for
from hypothesis import given
from hypothesis import strategies as st

from meshctl.mesh.matching.outline import certain_start
from meshctl.mesh.matching.string_match import StringMatch
from meshctl.mesh.traffic.route_matches import is_segment_leak, may_meet
from meshctl.mesh.traffic.unreachable_rules import MOST_PAIRS, Extent

PATHS = ("/", "/a", "/a/", "/a/b", "/ab", "/ab/c", "/b", "/b/a")
METHODS = ("GET", "POST")
USERS = (None, "1", "2")
URIS = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(["exact", "prefix"]), st.sampled_from(PATHS)),
    st.tuples(st.just("regex"), st.sampled_from(["/a.*", "/[ab]", "/a(/b)?", "/(a|b)/.*", ".*"])),
)
MATCH = st.fixed_dictionaries(
    {"uri": URIS},
    optional={
        "method": st.sampled_from(METHODS),
        "user": st.sampled_from(["1", "2", "any", "none"]),
        "port": st.sampled_from([80, 81]),
        "app": st.sampled_from(["web", "job"]),
    },
)


def written(match):
    data = {}
    if match["uri"] is not None:
        data["uri"] = dict([match["uri"]])
    if "method" in match:
        data["method"] = {"exact": match["method"]}
    if "port" in match:
        data["port"] = match["port"]
    if "app" in match:
        data["sourceLabels"] = {"app": match["app"]}
    if match.get("user") == "none":
        data["withoutHeaders"] = {"user": {}}
    elif match.get("user") == "any":
        data["headers"] = {"user": {}}
    elif "user" in match:
        data["headers"] = {"user": {"exact": match["user"]}}
    return data


def takes(match, request):
    path, method, user, port, app = request
    kind, value = match["uri"] or ("prefix", "/")
    fits = {
        "exact": path == value,
        "prefix": path.startswith(value),
        "regex": re.fullmatch(value, path) is not None,
    }[kind]
    wanted = match.get("user")
    header = {None: True, "any": user is not None, "none": user is None}.get(wanted, user == wanted)
    return (
        fits
        and header
        and match.get("method", method) == method
        and match.get("port", port) == port
        and match.get("app", app) == app
    )


@given(st.lists(st.lists(MATCH, min_size=1, max_size=2), min_size=2, max_size=5))
def test_a_dead_match_gets_no_request(rules) -> None:
    http = [
        {"match": [written(item) for item in rule], "route": [{"destination": {"host": f"h{n}"}}]}
        for n, rule in enumerate(rules)
    ]
    made = mesh(service := routes_for("shop/v", ["x"], ["mesh"], *http))
    dead = {
        (int(shadow.dead.rule.action.path[-1]), int(shadow.dead.match.match.path[-1]))
        for shadow in made.traffic.unreachable_rules.of(service)
    }
    for request in product(PATHS, METHODS, USERS, (80, 81), ("web", "job")):
        first = next(
            (
                (n, m)
                for n, rule in enumerate(rules)
                for m, item in enumerate(rule)
                if takes(item, request)
            ),
            None,
        )
        assert first not in dead


@given(st.lists(MATCH, min_size=2, max_size=6))
def test_no_pair_that_meets_is_left_out(matches) -> None:
    http = [{"match": [written(match)], "route": []} for match in matches]
    made = mesh(service := routes_for("shop/v", ["x"], ["mesh"], *http))
    pairs = set(may_meet(made.traffic.route_matches.of(service)))
    for second in range(len(matches)):
        for first in range(second):
            both = (matches[first], matches[second])
            meet = any(all(takes(m, (p, "GET", None, 80, "web")) for m in both) for p in PATHS)
            assert (first, second) in pairs or not meet


def test_a_rule_that_is_covered_is_dead_as_a_whole() -> None:
    http = [
        {"match": [{"uri": {"prefix": "/a"}}], "route": [{"destination": {"host": "a"}}]},
        {"match": [{"uri": {"prefix": "/a/b"}}, {"uri": {"exact": "/a"}}]},
        {"match": [{"uri": {"prefix": "/a/c"}}, {"uri": {"exact": "/c"}}]},
    ]
    made = mesh(service := routes_for("shop/v", ["x"], ["mesh"], *http))
    found = [
        (item.dead.request.path.value, item.extent)
        for item in made.traffic.unreachable_rules.of(service)
    ]
    assert [("/a/b", Extent.RULE), ("/a/c", Extent.MATCH)] == found


def test_rules_of_one_delegate_are_compared_where_they_are_written() -> None:
    rules = [
        {"match": [{"uri": {"prefix": "/a"}}], "route": [{"destination": {"host": "a"}}]},
        {"match": [{"uri": {"prefix": "/a/b"}}], "route": [{"destination": {"host": "b"}}]},
    ]
    made = mesh(
        root := routes_for("shop/root", ["x"], ["g"], {"delegate": {"name": "part"}}),
        part := delegate("shop/part", *rules),
    )
    assert [0, 1] == [len(made.traffic.unreachable_rules.of(item)) for item in (root, part)]


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ("/", [(Extent.DELEGATION, "shop/root")]),
        ("/a", [(Extent.RULE, "team/part")]),
        ("/c", []),
    ],
)
def test_a_delegation_is_dead_with_all_its_rules(first, expected) -> None:
    rules = [{"match": [{"uri": {"prefix": path}}], "route": []} for path in ("/a", "/b")]
    made = mesh(
        root := routes_for(
            "shop/root", ["x"], ["g"],
            {"match": [{"uri": {"prefix": first}}], "route": [{"destination": {"host": "own"}}]},
            {"delegate": {"name": "part", "namespace": "team"}},
        ),
        delegate("team/part", *rules),
    )  # fmt: skip
    found = [
        (item.extent, item.place.resource.key_name)
        for item in made.traffic.unreachable_rules.of(root)
    ]
    assert expected == found


def test_very_large_services_are_left_unchecked() -> None:
    http = [
        {"match": [{"uri": {"prefix": "/"}, "headers": {"n": {"exact": str(n)}}}], "route": []}
        for n in range(200)
    ]
    made = mesh(service := routes_for("shop/v", ["x"], ["mesh"], *http))
    assert () == made.traffic.unreachable_rules.of(service)
    assert {service} == made.traffic.unreachable_rules.unfinished
    assert 200 * 199 // 2 > MOST_PAIRS


def test_many_rules_on_paths_of_their_own_are_checked() -> None:
    http = [{"match": [{"uri": {"prefix": f"/p{n}/"}}], "route": []} for n in range(2000)]
    made = mesh(service := routes_for("shop/v", ["x"], ["mesh"], *http))
    assert () == made.traffic.unreachable_rules.of(service)
    assert set() == made.traffic.unreachable_rules.unfinished


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("exact", "/a", "/a"),
        ("prefix", "/a/", "/a/"),
        ("regex", "/api/v[0-9]", "/api/v"),
        ("regex", "^/api", "/api"),
        ("regex", "/api?", "/ap"),
        ("regex", "/a{2}", "/"),
        ("regex", "/a|/b", ""),
        ("regex", "/a[(]|/b", ""),
        ("regex", r"/a\\|/b", ""),
        ("regex", r"/a\Q(\E|/b", ""),
        ("regex", r"/a\|b", "/a"),
        ("regex", "/(a|b)", "/"),
        ("regex", r"/a\.b", "/a"),
        ("regex", "(?i)/a", ""),
        ("any", "", ""),
    ],
)
def test_what_is_certain_of_a_path(kind, value, expected) -> None:
    assert expected == certain_start(StringMatch(kind, value))


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        ("/foo", "/foobar", True),
        ("/foo", "/foo/bar", False),
        ("/foo", "/foo", False),
        ("/foo/", "/foo/bar", False),
        ("/v1-", "/v1-x", False),
        ("/", "/foo", False),
        ("/foobar", "/foo", False),
    ],
)
def test_prefixes_that_end_amid_a_segment(wide, narrow, expected) -> None:
    match, other = StringMatch("prefix", wide), StringMatch("prefix", narrow)
    assert expected == is_segment_leak(match, other)
