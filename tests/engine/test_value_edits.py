"""Edits of single values keep all that is around them, in every style of YAML."""

from typing import Any

import pytest
from yaml import Node

from meshctl.yaml.reader import compose
from meshctl.yaml.text_edits import TextEdit, UnsafeEditError, applied
from meshctl.yaml.value_edits import ValueEditor


def editor(text: str) -> ValueEditor:
    root = compose(text)
    assert isinstance(root, Node)
    return ValueEditor(text, root)


def edited(text: str, action: str, path: tuple[str | int, ...], value: Any = None) -> str:
    return applied(text, [editor(text).make(action, path, value)])


BLOCK = """\
spec:  # the whole
  host: 'a'  # one host

  ports:
  - 80  # plain
  # the next one is for TLS
  - 443
  last: x
"""
FLOW = "{spec: {host: a, ports: [80, 443]}}  # short\n"


@pytest.mark.parametrize(
    ("path", "value", "before", "after"),
    [
        (("spec", "host"), "b", "host: 'a'  # one", "host: 'b'  # one"),
        (("spec", "host"), "it's", "'a'", "'it''s'"),
        (("spec", "host"), 1, "'a'", "1"),
        (("spec", "ports", 0), 81, "- 80  #", "- 81  #"),
        (("spec", "last"), "true", "last: x", 'last: "true"'),
        (("spec", "last"), {"a": [1]}, "last: x", "last: {a: [1]}"),
        (("spec", "tls"), {"mode": "S"}, "  last: x", "  last: x\n  tls:\n    mode: S"),
        (("spec", "a", "b"), "c", "  last: x", "  last: x\n  a:\n    b: c"),
    ],
)
def test_put_in_blocks(path: tuple[str | int, ...], value: Any, before: str, after: str) -> None:
    assert BLOCK.count(before) == 1
    assert edited(BLOCK, "put", path, value) == BLOCK.replace(before, after)


@pytest.mark.parametrize(
    ("action", "path", "value", "before", "after"),
    [
        ("put", ("spec", "host"), "b", "host: a", "host: b"),
        ("put", ("spec", "tls"), {"mode": "S"}, "443]", "443], tls: {mode: S}"),
        ("append", ("spec", "ports"), 8080, "443", "443, 8080"),
        ("append", ("spec", "hosts"), "x", "443]", "443], hosts: [x]"),
        ("rename", ("spec", "host"), "name", "host", "name"),
        ("delete", ("spec", "host"), None, "host: a, ", ""),
        ("delete", ("spec", "ports"), None, ", ports: [80, 443]", ""),
        ("delete", ("spec", "ports", 1), None, ", 443", ""),
        ("delete", ("spec", "ports", 0), None, "80, ", ""),
    ],
)
def test_flow(
    action: str, path: tuple[str | int, ...], value: Any, before: str, after: str
) -> None:
    assert edited(FLOW, action, path, value) == FLOW.replace(before, after)


@pytest.mark.parametrize(
    ("action", "path", "value", "before", "after"),
    [
        ("append", ("spec", "ports"), 8080, "  - 443", "  - 443\n  - 8080"),
        ("append", ("spec", "hosts"), "x", "  last: x", "  last: x\n  hosts:\n  - x"),
        ("rename", ("spec", "host"), "name", "host:", "name:"),
        ("rename", ("spec", "ports"), "8080", "ports:", '"8080":'),
        ("delete", ("spec", "host"), None, "  host: 'a'  # one host\n", ""),
        ("delete", ("spec", "last"), None, "  last: x\n", ""),
        ("delete", ("spec", "ports", 0), None, "  - 80  # plain\n", ""),
    ],
)
def test_blocks(
    action: str, path: tuple[str | int, ...], value: Any, before: str, after: str
) -> None:
    assert BLOCK.count(before) == 1
    assert edited(BLOCK, action, path, value) == BLOCK.replace(before, after)


@pytest.mark.parametrize(
    ("text", "action", "path", "value", "after"),
    [
        ("a: 1\r\nb:\r\n- x\r\n", "append", ("b",), "w", "a: 1\r\nb:\r\n- x\r\n- w\r\n"),
        ("a: 1\r\nb: 2\r\n", "delete", ("a",), None, "b: 2\r\n"),
        ("a: 1\r\n", "put", ("c",), {"d": 2}, "a: 1\r\nc:\r\n  d: 2\r\n"),
        ("a:\n", "put", ("a",), 1, "a: 1\n"),
        ("a:\n", "put", ("a", "b"), 1, "a:\n  b: 1\n"),
        ("a: {}\n", "put", ("a", "b"), 1, "a: {b: 1}\n"),
        ("a: []\n", "append", ("a",), 1, "a: [1]\n"),
        ("a:\n  b: 1\nc: 2\n", "delete", ("a", "b"), None, "a: {}\nc: 2\n"),
        ("a:\n- 1\nc: 2\n", "delete", ("a", 0), None, "a: []\nc: 2\n"),
        ("- a: 1\n  b: 2\n", "delete", (0, "a"), None, "- b: 2\n"),
        ('"a": "x"\n', "put", ("a",), 'say "y"', '"a": "say \\"y\\""\n'),
        ("'80': x\n", "rename", ("80",), "8080", "'8080': x\n"),
        ("a: x", "put", ("b",), "w", "a: x\nb: w"),
        ('{"a": 1}', "put", ("b",), {"c": [True, "x"]}, '{"a": 1, "b": {"c": [true, "x"]}}'),
        ('{"a": 1}\n', "put", ("a",), "x", '{"a": "x"}\n'),
        ('{"a": {}}', "put", ("a", "b"), None, '{"a": {"b": null}}'),
        ('{"a": ["x"]}', "append", ("a",), "é", '{"a": ["x", "é"]}'),
        ('{\n  "a": 1\n}\n', "put", ("b",), 2, '{\n  "a": 1,\n  "b": 2\n}\n'),
        ('{\r\n\t"a": 1\r\n}', "put", ("b",), 2, '{\r\n\t"a": 1, "b": 2\r\n}'),
        ("{\n  a: 1,\n}\n", "put", ("b",), 2, "{\n  a: 1,\n  b: 2,\n}\n"),
        ("{a: 1}\n", "put", ("a",), "x", "{a: x}\n"),
    ],
)
def test_whole_texts(
    text: str, action: str, path: tuple[str | int, ...], value: Any, after: str
) -> None:
    assert edited(text, action, path, value) == after


@pytest.mark.parametrize(
    ("text", "action", "path"),
    [
        ("a: &x {b: 1}\nc: *x\n", "put", ("c", "b")),
        ("a: &x {b: 1}\nc: *x\n", "put", ("a", "b")),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", "put", ("c", "b")),
        ("a: &x 1\nc:\n- *x\n", "append", ("c",)),
        ("a:\n- &x 1\nc:\n- *x\n", "append", ("c",)),
        ("a: [&x 1, *x, 3]\n", "delete", ("a", 0)),
        ("a: &x 1\nc:\n  d: *x\n", "put", ("e",)),
        ("a: |\n  text\n", "put", ("a",)),
        ("a: 1\na: 2\n", "put", ("a",)),
        ("a:\n  # why\n  b: 1\n", "delete", ("a", "b")),
        ("a: 1\n", "delete", ("b",)),
        ("a: 1\n", "delete", ()),
        ("a: [1]\n", "rename", ("a", 0)),
        ("a: [1]\n", "put", ("a", 3)),
        ("a: [1,  # one\n  2]\n", "append", ("a",)),
    ],
)
def test_what_is_not_safe_is_refused(text: str, action: str, path: tuple[str | int, ...]) -> None:
    with pytest.raises(UnsafeEditError):
        edited(text, action, path, "new")


def test_additions_at_one_place_keep_their_order() -> None:
    text = "a: 1\n"
    edits = [editor(text).put((name,), 2) for name in ("z", "b")]
    assert applied(text, edits) == "a: 1\nz: 2\nb: 2\n"
    assert applied("abc", [TextEdit(0, 1, "x"), TextEdit(2, 3, "")]) == "xb"


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("1.10", '"1.10"'), ("true", '"true"'), ("True", '"true"'), ("on", '"on"'), ("No", '"no"'),
    ],
)  # fmt: skip
def test_numbers_and_flags_are_quoted_as_they_are_written(text: str, after: str) -> None:
    assert edited(f"a: {text}  # why\n", "quote", ("a",)) == f"a: {after}  # why\n"
