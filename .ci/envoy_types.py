# ruff: noqa: INP001
"""Write meshctl/validation/webhook/envoy_types.json from Envoy's API.

Run it where the PyPI package ``xds-protos`` is installed, which carries the API as Python modules.
"""

import json
import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

ROOTS = ("envoy.config.", "envoy.extensions.")
OUTPUT = Path(__file__).parents[1] / "meshctl/validation/webhook/envoy_types.json"

# FieldDescriptor.type, as descriptor.proto numbers it.
SCALARS = {
    1: "number", 2: "number", 3: "int64", 4: "uint64", 5: "int32", 6: "uint64", 7: "uint32",
    8: "bool", 9: "string", 12: "bytes", 13: "uint32", 15: "int32", 16: "int64", 17: "int32",
    18: "int64",
}  # fmt: skip
WRAPPERS = {
    "DoubleValue": "number", "FloatValue": "number", "Int64Value": "int64",
    "UInt64Value": "uint64", "Int32Value": "int32", "UInt32Value": "uint32", "BoolValue": "bool",
    "StringValue": "string", "BytesValue": "bytes",
}  # fmt: skip
KNOWN = {"Duration": "duration", "Timestamp": "timestamp", "Any": "any"}


def load_messages() -> dict:
    """Import the whole API and list its messages by name, nested ones included."""
    site = Path(next(iter(import_module("envoy").__path__))).parent
    messages = {}

    def add(message: Any) -> None:
        messages[message.full_name] = message
        for nested in message.nested_types:
            add(nested)

    for root in ("envoy", "xds", "udpa"):
        for file in sorted((site / root).rglob("*_pb2.py")):
            module = import_module(".".join(file.relative_to(site).with_suffix("").parts))
            for message in module.DESCRIPTOR.message_types_by_name.values():
                add(message)
    return {name: message for name, message in messages.items() if not is_old(name)}


def is_old(name: str) -> bool:
    """Is it of Envoy's second API, which Istio no longer knows?"""
    return any(part.startswith("v2") for part in name.split("."))


def type_of(field: Any, messages: dict) -> str:
    """Name the type of a field; ``?`` for one that is not looked into."""
    if field.type == field.TYPE_ENUM:
        return f"enum {field.enum_type.full_name}"
    if field.type != field.TYPE_MESSAGE:
        return SCALARS.get(field.type, "?")
    name = field.message_type.full_name
    bare = name.removeprefix("google.protobuf.")
    return KNOWN.get(bare) or WRAPPERS.get(bare) or (name if name in messages else "?")


def pack(value: object) -> str:
    """Write JSON without blanks."""
    return json.dumps(value, separators=(",", ":"))


def fields_of(message: Any, messages: dict) -> dict:
    """Name the type of each field, with [] for a list and {} for a mapping."""
    types = {}
    for field in message.fields:
        entry = field.message_type
        if entry and entry.GetOptions().map_entry:
            types[field.name] = type_of(entry.fields_by_name["value"], messages) + "{}"
        else:
            types[field.name] = type_of(field, messages) + ("[]" if field.is_repeated else "")
    return types


def enums_of(message: Any) -> dict:
    """List the values of each enumeration that a message has a field of."""
    fields = [
        field.message_type.fields_by_name["value"]
        if field.message_type and field.message_type.GetOptions().map_entry
        else field
        for field in message.fields
    ]
    return {
        field.enum_type.full_name: [value.name for value in field.enum_type.values]
        for field in fields
        if field.enum_type
    }


def main() -> None:
    """Write what can stand in a patch: the configuration and every extension."""
    messages = load_messages()
    types, enums = {}, {}
    waiting = [name for name in messages if name.startswith(ROOTS)]
    while waiting:
        name = waiting.pop()
        if name in types or messages[name].GetOptions().map_entry:
            continue
        types[name] = fields_of(messages[name], messages)
        enums |= enums_of(messages[name])
        waiting += [
            kind for field in types[name].values() if (kind := field.rstrip("[]{}")) in messages
        ]
    source = f"Envoy's API as in xds-protos {metadata.version('xds-protos')}"
    lines = (
        f'"{section}":{{\n'
        + ",\n".join(f"{json.dumps(k)}:{pack(v)}" for k, v in sorted(table.items()))
        + "\n}"
        for section, table in (("enums", enums), ("types", types))
    )
    tables = ",\n".join(lines)
    OUTPUT.write_text(f'{{"source":{json.dumps(source)},\n{tables}}}\n')
    sys.stderr.write(f"{len(types)} messages, {OUTPUT.stat().st_size:,} bytes\n")


main()
