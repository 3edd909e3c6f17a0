"""Facts checked against sigs.k8s.io/yaml 1.6 (goyaml 2.4)."""

import pytest

from meshctl.yaml import scalars

STR = "tag:yaml.org,2002:str"
INT = "tag:yaml.org,2002:int"
FLOAT = "tag:yaml.org,2002:float"
BOOL = "tag:yaml.org,2002:bool"
BINARY = "tag:yaml.org,2002:binary"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((word, True) for word in ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE")),
        *((word, True) for word in ("on", "On", "ON")),
        *((word, False) for word in ("n", "N", "no", "No", "NO", "false", "False", "FALSE")),
        *((word, False) for word in ("off", "Off", "OFF")),
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, word) for word in ("yEs", "tRUE", "oN", "nULL", "<<", "=", "-", ".", "+", "...")),
        ("0", 0),
        ("-0", 0),
        ("+1", 1),
        ("0777", 511),
        ("0o17", 15),
        ("0O17", 15),
        ("-0o17", -15),
        ("08", 8),
        ("-08", -8),
        ("0o8", "0o8"),
        ("0x1F", 31),
        ("0xg", "0xg"),
        ("0b101", 5),
        ("-0b101", -5),
        ("0b102", "0b102"),
        ("0o", "0o"),
        ("0x", "0x"),
        ("1_000", 1000),
        ("1__0_", 10),
        ("_1", "_1"),
        ("1e3", 1000),
        ("1E+3", 1000),
        ("1e", "1e"),
        ("1.5", 1.5),
        ("5.", 5),
        (".5", 0.5),
        (".1_0", 0.1),
        ("._1", "._1"),
        (".5_", ".5_"),
        ("1.0", 1),
        ("1e400", "1e400"),
        ("-1e400", "-1e400"),
        ("1e20", 1e20),
        ("9223372036854775807", 2**63 - 1),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", 2.0**64),
        ("+9223372036854775808", 2.0**63),
        ("9" * 5000, "9" * 5000),
        ("12:30", "12:30"),
        ("12:30:45.5", "12:30:45.5"),
        ("2001-12-14", "2001-12-14"),
        ("2001-12-14T21:59:43Z", "2001-12-14T21:59:43Z"),
        ("1.2.3", "1.2.3"),
        ("10.0.0.1", "10.0.0.1"),
        ("1,000", "1,000"),
        ("1 000", "1 000"),
        ("\u0661", "\u0661"),
        ("1\u0661", "1\u0661"),
        ("inf", "inf"),
        ("nan", "nan"),
    ],
)
def test_plain_scalars_read_as_in_kubernetes(text: str, expected: scalars.Scalar) -> None:
    actual = scalars.plain(text)
    assert (expected, type(expected)) == (actual, type(actual))


@pytest.mark.parametrize("text", [".inf", "+.Inf", "-.INF", ".nan", ".NaN", ".NAN"])
def test_numbers_that_json_lacks_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="infinite"):
        scalars.plain(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", "a"),
        ("on", "true"),
        ("No", "false"),
        ("0x10", "16"),
        ("0777", "511"),
        ("1.10", "1.1"),
        ("1.0", "1"),
        ("0.0001", "0.0001"),
        ("0.00001", "1e-05"),
        ("123456.5", "123456.5"),
        ("1e6", "1e+06"),
        ("1234567.5", "1.2345675e+06"),
        ("3.4e39", ".inf"),
        ("-.inf", "-.inf"),
        (".NaN", ".nan"),
        ("12:30", "12:30"),
        ("2001-12-14", "2001-12-14"),
    ],
)
def test_keys_become_strings(text: str, expected: str) -> None:
    assert expected == scalars.key(text)


@pytest.mark.parametrize("text", ["~", "null", "", "18446744073709551615"])
def test_some_values_cannot_be_keys(text: str) -> None:
    with pytest.raises(ValueError, match="cannot be a key"):
        scalars.key(text)


@pytest.mark.parametrize(
    ("tag", "text", "expected"),
    [
        (STR, "5", "5"),
        (INT, "3", 3),
        (FLOAT, "3", 3),
        (FLOAT, "3.5", 3.5),
        (BOOL, "y", True),
        ("tag:yaml.org,2002:null", "~", None),
        ("tag:yaml.org,2002:timestamp", "2001-12-14", "2001-12-14"),
        (BINARY, "aGk=", "hi"),
        ("!Ref", "5", "5"),
    ],
)
def test_tags_decide_the_type(tag: str, text: str, expected: scalars.Scalar) -> None:
    actual = scalars.tagged(tag, text)
    assert (expected, type(expected)) == (actual, type(actual))


@pytest.mark.parametrize(("tag", "text"), [(INT, "x"), (BOOL, "1"), (FLOAT, "y"), (BINARY, "x")])
def test_text_that_contradicts_its_tag_is_refused(tag: str, text: str) -> None:
    with pytest.raises(ValueError, match="!!"):
        scalars.tagged(tag, text)


def test_tags_are_shown_as_written() -> None:
    assert ["!!python/object", "!Ref"] == [
        scalars.shown("tag:yaml.org,2002:python/object"),
        scalars.shown("!Ref"),
    ]
