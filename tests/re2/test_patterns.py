"""Patterns that others wrote: RE2's grammar, in time that grows with the text alone."""

import pytest

from meshctl.mesh.workloads import excludes_all
from meshctl.re2.patterns import PatternError, compiled
from meshctl.resources.placeholders import has_placeholder

LONG = "a" * 100_000 + "!"
"""``re`` needs 2^100,000 steps to find that ``(a+)+$`` isn't in it."""


def test_a_pattern_that_backtracks_ends() -> None:
    assert not compiled("(a+)+$").is_in(LONG)
    assert compiled("(a+)+!").fits(LONG)


def test_a_pattern_is_read_as_envoy_reads_it() -> None:
    assert not compiled("^a$").is_in("a\n")
    assert compiled(r"\pL+").fits("Größe")
    assert compiled(r"(a)(b)?").replaced("ab", r"<\2\1>") == "<ba>"
    assert [match.span() for match in compiled("é").matches("xéé")] == [(1, 2), (2, 3)]


@pytest.mark.parametrize("pattern", ["(", "(?=a)", "a++", r"(a)\1", "(((a{1000}){1000}){1000})"])
def test_what_re2_refuses_is_an_error(pattern: str) -> None:
    with pytest.raises(PatternError, match=r"\S"):
        compiled(pattern)


def test_a_template_with_a_group_too_many_is_an_error() -> None:
    with pytest.raises(PatternError):
        compiled("a").replaced("a", r"\3")


def test_texts_that_are_no_utf8_are_searched() -> None:
    assert compiled("a").is_in("\ud800a")
    assert not compiled("b\udfff").is_in("a")


def test_a_proxy_version_that_backtracks_ends() -> None:
    assert excludes_all(r"^(\d+|\d+\.|\.)+" * 20 + "x$", [(1, 31)])
    assert not excludes_all(r"^1\.3.*", [(1, 31)])
    assert not excludes_all("(", [(1, 31)])


def test_a_placeholder_is_looked_for_in_linear_time() -> None:
    assert has_placeholder("{{ .Values.host }}")
    assert not has_placeholder("{{" * 100_000)
    assert not has_placeholder("${a" * 100_000)
