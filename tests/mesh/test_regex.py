"""The regex model against google-re2, which is the engine Envoy runs."""

import pytest
import re2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meshctl.re2.automaton import CANT_TELL, TEXT, Automaton, automaton, find
from meshctl.re2.parser import RegexError, parse
from meshctl.re2.program import Opaque

QUIET = re2.Options()
QUIET.log_errors = False

PIECES = (
    *"ab/kKsS1_-.|()[]^$*+?{},:\\é",
    "(?:", "(?i)", "(?i:", "(?s-i)", "(?P<name>", "(?<name>", "(?U)", "(?m)", "[^", "[a-c", "[[:alpha:]",
    "[[:^digit:]x]", "[:upper:]", "{2}", "{0,2}", "{1,}", "{1001}", "{01}", "{2,1}", ".*", ".+?", "a-c", "\\d",
    "\\W", "\\S", "\\A", "\\z", "\\Z", "\\b", "\\C", "\\pL", "\\p{Greek}", "\\P{^Lu}", "\\Qa.b\\E", "\\Q", "\\x41",
    "\\x{1F600}", "\\x{110000}", "\\n", "\\07", "\\12", "\\8", "\\1", "\\.", "\\_", "\\e", "(?=", "(?<!", "(?>", "*+",
)  # fmt: skip
PATTERNS = st.lists(st.sampled_from(PIECES), max_size=9).map("".join)

BALANCED = st.recursive(
    st.sampled_from(
        ("a", "b", "k", "S", "/", ".", "[a-c]", "[^a]", "\\w", "\\D", "^", "$", "", "[[:upper:]-]")
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("(?:%s|%s)".__mod__),
        inner.map("(?i:%s)".__mod__),
        inner.map("(?:%s)*".__mod__),
        inner.map("(?:%s)+?".__mod__),
        inner.map("(?:%s){1,3}".__mod__),
        inner.map("(?:%s){2,}".__mod__),
    ),
    max_leaves=8,
)
TEXTS = st.text("abcABkKsSſ\u212a/1-_é", max_size=6)  # noqa: RUF001


def accepted_by_re2(pattern: str) -> bool:
    try:
        re2.compile(pattern, QUIET)
    except re2.error:
        return False
    return True


def matches_in_re2(pattern: str, text: str) -> bool:
    return re2.compile(pattern, QUIET).fullmatch(text) is not None


def language(pattern: str) -> Automaton:
    code = parse(pattern)
    assert not isinstance(code, RegexError)
    built = automaton(code, TEXT)
    assert built is not None
    return built


@settings(max_examples=1500)
@given(PATTERNS)
@example("(?i)\\pL[\\p{Greek}]")
@example("(a{30}){30}")
@example("((a{10}){10}){11}")
@example("(a{0}){1000}")
@example("a*\\Q\\E*")
@example("a**")
@example("[a-\\d]")
@example("[\\d-z]")
@example("[]a]")
@example("[^]a]")
@example("[a-]")
@example("[z-a]")
@example("(?P<é1>a)(?<2>b)")
@example("(?P<>a)")
@example("(?P<a b>a)")
@example("(?-)")
@example("(?i-)")
@example("(?)a")
@example("|*")
@example("()*")
@example("^*")
@example("\\pé")
@example("\\p{Lx}")
@example("\\x{}")
@example("\\xg1")
@example("\\")
@example("[[:foo:]]")
@example("[[.a.]]")
@example("a{,5}")
@example("x{99999999999999999999}")
def test_accepts_the_same_patterns_as_re2(pattern: str) -> None:
    assert accepted_by_re2(pattern) == (not isinstance(parse(pattern), RegexError))


@settings(max_examples=800)
@given(PATTERNS, st.lists(TEXTS, min_size=3, max_size=3))
def test_full_matches_of_any_pattern_are_those_of_re2(pattern: str, texts: list[str]) -> None:
    code = parse(pattern)
    built = None if isinstance(code, RegexError) else automaton(code, TEXT)
    if built:
        for text in texts:
            assert matches_in_re2(pattern, text) == built.accepts(text)


@settings(max_examples=600)
@given(BALANCED, st.lists(TEXTS, min_size=4, max_size=4))
@example("(?i)[^k]", ["\u212a", "k", "K", "a"])
@example("(?i)\\W", ["\u017f", "s", "é", "/"])
@example("(?i:straSSe)", ["straſse", "STRASSE", "strase", ""])  # noqa: RUF001
@example("a$|^b", ["a", "b", "ab", ""])
@example("(a^b|$^)", ["ab", "", "a", "b"])
@example("(?m)(a$)?^b", ["b", "ab", "a", ""])
@example("\\Qa.*b\\E+", ["a.*b", "a.*bb", "ab", "a.*ba.*b"])
def test_full_matches_are_those_of_re2(pattern: str, texts: list[str]) -> None:
    built = language(pattern)
    assert [matches_in_re2(pattern, text) for text in texts] == [
        built.accepts(text) for text in texts
    ]


@settings(max_examples=500)
@given(BALANCED, BALANCED, st.lists(TEXTS, max_size=6))
def test_a_witness_lies_in_both_and_none_means_disjoint(a: str, b: str, texts: list[str]) -> None:
    found = find((language(a), language(b)))
    both = [text for text in texts if matches_in_re2(a, text) and matches_in_re2(b, text)]
    if isinstance(found, str):
        assert matches_in_re2(a, found)
        assert matches_in_re2(b, found)
        assert all(len(found) <= len(text) for text in both)
    else:
        assert found is None
        assert both == []


@settings(max_examples=500)
@given(BALANCED, BALANCED, st.lists(TEXTS, max_size=6))
def test_a_difference_lies_in_one_only(a: str, b: str, texts: list[str]) -> None:
    found = find((language(a),), (language(b),))
    left = [text for text in texts if matches_in_re2(a, text) and not matches_in_re2(b, text)]
    if isinstance(found, str):
        assert matches_in_re2(a, found)
        assert not matches_in_re2(b, found)
        assert all(len(found) <= len(text) for text in left)
    elif found is None:
        assert left == []


@given(BALANCED, BALANCED)
def test_overlap_does_not_depend_on_order(a: str, b: str) -> None:
    each_automaton, other = language(a), language(b)
    assert (find((each_automaton, other)) is None) == (find((other, each_automaton)) is None)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("(?=a)", "lookahead"),
        ("(?<!a)", "lookbehind"),
        ("(a)\\1", "backreference"),
        ("a++", "possessive"),
        ("(?>a)", "(?>"),
        ("a{1,1001}", "1000"),
        ("((a{100}){100}", "nested"),
        ("(a", "never closed"),
        ("a)", "closes nothing"),
        ("[a", "never closed"),
        ("*.example.com", "nothing before"),
        ("a\\Z", "\\Z"),
    ],
)
def test_says_why_re2_refuses_a_pattern(pattern: str, sentence: str) -> None:
    error = parse(pattern)
    assert isinstance(error, RegexError)
    assert sentence in str(error)


@pytest.mark.parametrize("pattern", ["a\\b.*", "\\pL+", "[\\p{Lu}x]", "\\C", "(?i)é", "(?i)[à-ü]"])
def test_what_is_not_modelled_is_opaque_and_not_wrong(pattern: str) -> None:
    code = parse(pattern)
    assert not isinstance(code, RegexError)
    assert any(isinstance(step, Opaque) for step in code)
    assert automaton(code, TEXT) is None


@pytest.mark.parametrize(
    ("pattern", "built"),
    [
        ("(.{500}){2}{", True),
        ("/[a-z0-9-]{1,1000}", True),
        ("(" * 900 + "a" + ")" * 900, True),
        ("a|" * 900, True),
        ("(a?){900}", False),
        ("((a|b|c)?d{1,9}){100}", True),
        ("(a{900}|b{900}){1}" * 9, False),
        ("a" * 5000, False),
    ],
)
def test_large_patterns_are_built_or_given_up(pattern: str, built: bool) -> None:
    code = parse(pattern)
    assert not isinstance(code, RegexError)
    assert built == (automaton(code, TEXT) is not None)


def test_an_exponential_cover_is_given_up() -> None:
    late = language("(a|b)*a(a|b){40}")
    assert find((language("(a|b)*"), language("(a|b){60}")), (late, language("b*"))) is CANT_TELL


def test_the_overlap_of_the_same_patterns_is_found() -> None:
    assert find((language("(a|b)*a(a|b){40}"), language("b*ab{40}"))) == "a" + "b" * 40


@pytest.mark.parametrize(
    ("a", "b", "witness"),
    [
        ("/api/.*", "/api/v[0-9]+/users(/.*)?", "/api/v0/users"),
        ("/[^/]+/health", "/(static|assets)/.*", "/static/health"),
        ("[^a]+", "\\D", "b"),
        (".", "\\W", "!"),
        ("[\\x00-\\x7f]", "[^a-zA-Z]", "0"),
        ("\\x01|\\x02Z", ".*", "\x01"),
        ("/a.*", "/b.*", None),
        ("a\nb", ".*", None),
    ],
)
def test_witnesses_are_short_and_readable(a: str, b: str, witness: str | None) -> None:
    assert witness == find((language(a), language(b)))
