"""Are URLs read as Go's ``url.ParseRequestURI`` reads them?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.validation.urls import scheme_of


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("https://a.example.com/x", "https"),
        ("HTTPS://a.example.com", "https"),
        ("oci://user:pass@a.example.com:443/x?y=%zz", "oci"),
        ("http://[::1]:80/", "http"),
        ("http://[fe80::1%25en0]/", "http"),
        ("http://a.example.com:/", "http"),
        ("mailto:someone", "mailto"),
        ("a:80", "a"),
        ("/path", ""),
        ("//a b/c", ""),
        ("*", ""),
        ("file:///a", "file"),
        ("http://é/", "http"),
        ("http://%e3%81%82/", "http"),
        ("", None),
        ("a.example.com/x", None),
        (":80", None),
        ("1a:80", None),
        ("http://a b/", None),
        ("http://a:port/", None),
        ("http://[::1/", None),
        ("http://[::1]x/", None),
        ("http://a%20b/", None),
        ("http://a/%zz", None),
        ("http://us er@a/", None),
        ("http://a/\x7f", None),
        ("http://a\n", None),
    ],
)
def test_scheme(text, scheme) -> None:
    assert scheme == scheme_of(text)


@given(st.text())
def test_any_text_is_read(text) -> None:
    assert scheme_of(text) is None or scheme_of(text).islower() or scheme_of(text) == ""
