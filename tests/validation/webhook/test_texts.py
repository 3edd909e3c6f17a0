"""Are hosts, addresses, labels, headers, durations and CEL read as Go and Envoy read them?"""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.validation.cel.syntax import why_not_cel
from meshctl.validation.webhook.fields.addresses import split_port, why_not_block, why_not_socket
from meshctl.validation.webhook.fields.hosts import is_within, overlaps, why_not_fqdn, why_not_host
from meshctl.validation.webhook.fields.regexes import why_not_regex
from meshctl.validation.webhook.routing.header_values import why_not_header_value
from meshctl.validation.webhook.routing.headers import is_claim


def refused(check, texts: list[str]) -> list[str]:
    return [text for text in texts if check(text)]


def test_hosts() -> None:
    right = ["a", "A.b", "a.b.", "*", "*a", "*-a.b", "a-b.c", "a.5b", f"{'a' * 63}.b", "5"]
    wrong = ["", "a.5", "a*", "*.*", "a_b", "-a", "a-", "a..b", ".a", f"{'a' * 64}.b", "a." * 128]
    assert ([], wrong) == (refused(why_not_host, right), refused(why_not_host, wrong))
    assert ["5", "*.a"] == refused(why_not_fqdn, ["a", "5", "*.a"])


hosts = st.text("ab.", max_size=4)
wildcards = st.one_of(hosts, hosts.map("*".__add__))


@given(st.lists(wildcards, max_size=6))
def test_overlapping_hosts_are_found_as_by_comparing_all(found: list[str]) -> None:
    expected = {
        late
        for (_, combination), (late, two) in combinations(enumerate(found), 2)
        if is_within(combination, two) or is_within(two, combination)
    }
    pairs = list(overlaps(found))
    assert all(early < late for late, early in pairs)
    assert all(is_within(found[a], found[b]) or is_within(found[b], found[a]) for a, b in pairs)
    assert bool(expected) == bool(pairs)


def test_blocks() -> None:
    right = ["10.0.0.1", "10.0.0.0/8", "::/0", "fe80::1%eth0", "2001:db8::/128", "10.1.2.3/8"]
    wrong = ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/+8", "::/129"]
    wrong += ["10.0.0.0/255.0.0.0", "fe80::1%eth0/64", "10.0.0.01", "a/8", "10.0.0.0/8/8"]
    assert ([], wrong) == (refused(why_not_block, right), refused(why_not_block, wrong))


def test_sockets() -> None:
    wrong = ["", "x", "/x/", "/"]
    assert wrong == refused(why_not_socket, ["/x", "@x", "@", *wrong])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a:80", ("a", "80")),
        (":80", ("", "80")),
        ("a:", ("a", "")),
        ("[::1]:80", ("::1", "80")),
        ("::1:80", None),
        ("a", None),
        ("[::1]", None),
        ("[::1:80", None),
        ("a]:80", None),
        ("[[a]]:80", None),
    ],
)
def test_addresses_are_split_as_go_does(address: str, expected: tuple[str, str] | None) -> None:
    assert expected == split_port(address)


def test_header_values() -> None:
    right = ["", "a", "100%%", "%A%", "x %A% y", "%A(b)%", '%A(["b", "c"])%', '%A( [ "b" ] ) %']
    right += ["a\tb", r"%A(b\))%", '%A(["\\""])%', '%A([")%']
    wrong = ["%", "a%", "%A", "%A(", "%A(b", "%A(b)", "%A(b)x%", "%A([b])%", '%A(["b" "c"])%']
    wrong += ['%A(["b"]x)%', "a\0b", "a\x7f", "%A(b\\", '%A(["b"', "%A()%", "a\nb"]
    assert ([], wrong) == (
        refused(why_not_header_value, right),
        refused(why_not_header_value, wrong),
    )


def test_claims() -> None:
    right = ["@request.auth.claims.sub", "@REQUEST.auth.claims[a][b]", "@request.auth.claims.a.b"]
    wrong = ["@request.auth.claims", "@request.auth.claims.", "@request.auth.claims[]", "sub"]
    assert right == [name for name in right + wrong if is_claim(name)]


def test_regexes() -> None:
    right = ["", "a", r"\pN", r"(?i)a{2,3}", r"[\]\\C](?P<a>b)", "a" * 1024, r"\(?P<a>\(?P<a>"]
    wrong = [
        r"\C",
        "(?P<a>b)(?P<a>c)",
        "(?<a>b)(?P<a>c)",
        "(?=a)",
        "a{1001}",
        "a" * 1025,
        "é" * 513,
    ]
    assert ([], wrong) == (refused(why_not_regex, right), refused(why_not_regex, wrong))


def test_cel() -> None:
    right = [
        "a >= 400 || b.c == false", "has(a.b.c)", "a.b(1, 2)[3].d", "[1, 2,].exists(x, x > 1)",
        "{'a': 1, \"b\": 2,}.all(k, k != 'c')", "{}", "[]", "a ? b : c ? d : e", "--a", "!true",
        ".a.b", "a.b{c: 1, d: 2}", "'it\\'s' + r'\\d' + b\"x\"", "1u + 0x1F - 1.5e3 + .5", "a in [b]",
        "a.map(x, x > 1, x * 2)", "map(1, 2)", "size(a.b())", "{a ? b : c : d}", "a // why",
        "-9223372036854775808", "'''a\nb'''", "a\n+ b", "x.matches('^a')", "has(a, b)", "a.if",
    ]  # fmt: skip
    wrong = [
        "", "*", ".*", "10.0.0.0/8", "a b", "a ? b", "a : b", "(a", "a)", "a &&", "&& a", "()", "a[]",
        "has(a)", "has(a[0])", "has(a.b + 1)", "x.all(1, true)", "x.map(a.b, c)", "for", "a = b",
        "'abc", "{a}", "[,]", "f(,)", "f(a,)", "9223372036854775808", "a::b", "@", "a..b", '"\\q"',
        "(a ? b)", "{a: b: c}", "a.", "[a: b]", "'a\nb'", "a{1: 2}",
    ]  # fmt: skip
    assert ([], wrong) == (refused(why_not_cel, right), refused(why_not_cel, wrong))


def test_deep_cel_is_read() -> None:
    assert why_not_cel("(" * 5000 + "a" + ")" * 5000) is None
