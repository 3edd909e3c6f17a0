"""Does the checker say what a schema says? ``jsonschema`` is the oracle for mutated objects."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshctl.validation.checker import compile_schema
from meshctl.validation.schemas import Schemas

KINDS = sorted(kind for kind in Schemas().kinds() if kind[0].endswith(".istio.io"))
WORDS = st.text(alphabet="abc*/.:-0123456789", max_size=8)
SCALARS = st.one_of(st.booleans(), st.integers(-5, 70_000), st.floats(-5, 200, width=16), WORDS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(WORDS, inner, max_size=2),
    max_leaves=4,
)
KUBERNETES_ALONE = ("format", "x-kubernetes-list-type")
"""What jsonschema does not know: ranges of formats, and lists whose items have a key."""


def plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [plain(part) for part in schema]
    if isinstance(schema, dict):
        return {key: plain(part) for key, part in schema.items() if key not in KUBERNETES_ALONE}
    return schema


PLAIN = {kind: plain(Schemas().find(*kind)) for kind in KINDS}


def fitting(draw: st.DrawFn, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """Draw a value that mostly fits a schema."""
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    if draw(st.integers(0, 25)) == 0:
        return draw(JSON)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return draw(st.sampled_from([word for word in schema["enum"] if word is not None]))
    types = schema.get("type", "object")
    kind = types[0] if isinstance(types, list) else types
    if kind == "object":
        return fitting_object(draw, schema, root)
    if kind == "array":
        number = draw(st.integers(schema.get("minItems", 0), 2))
        return [fitting(draw, schema.get("items", {}), root) for _ in range(number)]
    scalars = {"boolean": st.booleans(), "string": WORDS, "integer": st.integers(0, 70_000)}
    return draw(scalars.get(kind, st.floats(0, 100, width=16)))


def fitting_object(draw: st.DrawFn, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    properties = schema.get("properties", {})
    names = [*schema.get("required", [])]
    if properties:
        names += draw(st.lists(st.sampled_from(sorted(properties)), max_size=3))
    if draw(st.integers(0, 25)) == 0:
        names.append(draw(WORDS))
    value = {name: fitting(draw, properties.get(name, {}), root) for name in names}
    other = schema.get("additionalProperties")
    if isinstance(other, dict) and draw(st.booleans()):
        value[draw(WORDS)] = fitting(draw, other, root)
    return value


@st.composite
def objects(draw: st.DrawFn) -> tuple[tuple[str, str, str], Any]:
    kind = draw(st.sampled_from(KINDS))
    return kind, fitting(draw, PLAIN[kind], PLAIN[kind])


@given(objects())
def test_checker_agrees_with_jsonschema(case) -> None:
    from jsonschema import Draft202012Validator

    kind, value = case
    expected = list(Draft202012Validator(PLAIN[kind]).iter_errors(value))
    actual = compile_schema(PLAIN[kind])(value)
    assert bool(expected) == bool(actual), (expected[:2], actual)


@given(objects())
def test_every_fault_names_a_place_of_the_value(case) -> None:
    kind, value = case
    for fault in compile_schema(PLAIN[kind])(value):
        place = value
        for step in fault.path:
            place = place[step]


def test_no_object_is_changed() -> None:
    value = {"spec": {"hosts": None, "http": [{"nonsense": 1}]}}
    before = copy.deepcopy(value)
    compile_schema(Schemas().find("networking.istio.io", "v1", "VirtualService"))(value)
    assert before == value


TEXT = {"type": "string"}
CLOSED = {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "additionalProperties": False}
EITHER = {
    "type": "object",
    "oneOf": [
        {"not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}},
        {"required": ["a"]},
        {"required": ["b"]},
    ],
}
EXACTLY = {"type": "object", "oneOf": [{"required": ["a"]}, {"required": ["b"]}]}
CASES = [
    (CLOSED, {"a": "x"}, []),
    (CLOSED, {"A": "x"}, [("unknown-field", ("A",), "did you mean a?")]),
    (CLOSED, {"a": None}, []),
    ({**CLOSED, "required": ["a"]}, {"a": None}, [("missing-field", (), "a is missing")]),
    (CLOSED, {"a": 1}, [("wrong-type", ("a",), "this is 1, but text is taken; put it in quotes")]),
    (CLOSED, [], [("wrong-type", (), "a mapping is taken")]),
    (EITHER, {}, []),
    (EITHER, {"a": 1, "b": None}, []),
    (EITHER, {"a": 1, "b": 2}, [("value-not-allowed", ("b",), "a and b exclude each other")]),
    (EXACTLY, {}, [("missing-field", (), "one of a, b is needed")]),
    (EXACTLY, {"b": 2}, []),
    ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"c": 1},
     [("missing-field", (), "one of a, b is needed")]),
    ({"anyOf": [{"type": "integer"}, {"minLength": 3}]}, "ab",
     [("value-not-allowed", (), "fits none of 2 alternatives")]),
    ({"oneOf": [{"minLength": 1}, {"maxLength": 3}]}, "ab",
     [("value-not-allowed", (), "it fits 2")]),
    ({"not": {"enum": ["x"]}}, "x", [("value-not-allowed", (), "not allowed")]),
    ({"allOf": [{"minLength": 3}, {"maxLength": 1}]}, "ab",
     [("out-of-bounds", (), "shorter than 3"), ("out-of-bounds", (), "1 are allowed")]),
    ({"type": ["integer", "string"]}, 80.0, []),
    ({"type": ["integer", "string"]}, True,
     [("wrong-type", (), "this is true, but a whole number or text is taken")]),
    ({"type": "array", "items": {"type": ["integer", "null"]}}, [1, None], []),
    ({"$defs": {"t": TEXT}, "items": {"$ref": "#/$defs/t"}}, ["a", None],
     [("wrong-type", (1,), "this is null")]),
    ({"$defs": {"t": {"type": ["string", "null"]}}, "items": {"$ref": "#/$defs/t"}}, [None], []),
    ({**CLOSED, "properties": {"c": {"type": "array", "items": CLOSED}}}, {"b": 1},
     [("unknown-field", ("b",), "it is a field of c[]")]),
    ({**CLOSED, "properties": {
        "first": {**CLOSED, "properties": {"deep": {**CLOSED, "properties": {"host": TEXT}}}},
        "second": {**CLOSED, "properties": {
            "nearer": {**CLOSED, "properties": {"too": {**CLOSED, "properties": {"host": TEXT}}}},
        }},
     }}, {"second": {"host": "a"}},
     [("unknown-field", ("second", "host"), "it is a field of nearer.too")]),
    ({"type": "array", "items": TEXT}, ["a", None], [("wrong-type", (1,), "this is null")]),
    ({"type": "array", "items": TEXT}, {"a": 1}, [("wrong-type", (), "put a `- ` in front")]),
    ({"type": "array", "items": {}, "minItems": 1}, [], [("out-of-bounds", (), "not be empty")]),
    ({"type": "array", "maxItems": 1}, [1, 2], [("out-of-bounds", (), "2 items; 1 are allowed")]),
    ({"type": "array", "x-kubernetes-list-type": "set"}, ["a", "b", "a"],
     [("value-not-allowed", (2,), '"a" is in the list twice')]),
    ({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"]},
     [{"n": 1}, {"n": 2}, {"n": 1}], [("value-not-allowed", (2, "n"), "n 1 is in the list twice")]),
    ({"type": "object", "minProperties": 1}, {"a": None}, [("out-of-bounds", (), "not be empty")]),
    ({"type": "integer", "format": "int32"}, 2**31, [("out-of-bounds", (), "too large")]),
    ({"type": "integer"}, 2**63, [("out-of-bounds", (), "too large")]),
    ({"type": "integer"}, 1.5, [("wrong-type", (), "this is 1.5")]),
    ({"type": "integer"}, "80", [("wrong-type", (), "take it out of the quotes")]),
    ({"type": "boolean"}, "true", [("wrong-type", (), "take it out of the quotes")]),
    ({"type": "boolean", "enum": [True]}, False, [("value-not-allowed", (), "only true")]),
    ({"type": "number", "exclusiveMinimum": 0}, 0, [("out-of-bounds", (), "not more than 0")]),
    ({"type": "number", "exclusiveMaximum": 9}, 9, [("out-of-bounds", (), "not less than 9")]),
    ({"type": "number", "multipleOf": 5}, 7, [("out-of-bounds", (), "not a multiple of 5")]),
    ({"type": "number", "enum": [1, 2]}, 3, [("out-of-bounds", (), "not one of 1, 2")]),
    ({"type": "string", "pattern": "^a$"}, "a\n", [("value-not-allowed", (), "the pattern ^a$")]),
    ({"type": "string", "pattern": "("}, "a", []),
    ({"type": "string", "format": "byte"}, "a b", [("value-not-allowed", (), "not base64")]),
    ({"type": "string", "format": "date-time"}, "today", [("value-not-allowed", (), "a time")]),
    ({"type": "string", "minLength": 1}, "", [("out-of-bounds", (), "not be empty")]),
    ({}, None, []),
]  # fmt: skip


@pytest.mark.parametrize(("schema", "value", "expected"), CASES)
def test_faults(schema, value, expected) -> None:
    actual = [(fault.kind, fault.path, fault.message) for fault in compile_schema(schema)(value)]
    assert [item[:2] for item in expected] == [item[:2] for item in actual]
    assert [] == [
        (part, message)
        for (*_, part), (*_, message) in zip(expected, actual, strict=True)
        if part not in message
    ]
