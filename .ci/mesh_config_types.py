# ruff: noqa: INP001
"""Write meshctl/istio/mesh_config_types.json from Istio's API.

Give it a file of descriptors, which protoc writes from the Go module ``istio.io/api``:

    go mod download -json istio.io/api@v1.31.0          # prints where DIR is
    python -m grpc_tools.protoc -I DIR -I DIR/common-protos --include_imports -o api.pb \
        DIR/mesh/v1alpha1/config.proto DIR/mesh/v1alpha1/network.proto
    python .ci/mesh_config_types.py api.pb "istio.io/api v1.31.0"

It runs where the PyPI package ``grpcio-tools`` is installed.
"""

import json
import sys
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorSet

ROOTS = (".istio.mesh.v1alpha1.MeshConfig", ".istio.mesh.v1alpha1.MeshNetworks")
OUTPUT = Path(__file__).parents[1] / "meshctl/istio/mesh_config_types.json"

# FieldDescriptorProto.Type, as descriptor.proto numbers it.
SCALARS = {
    1: "double", 2: "float", 3: "int64", 4: "uint64", 5: "int32", 8: "bool", 9: "string",
    12: "bytes", 13: "uint32",
}  # fmt: skip


class Table:
    """The messages and enumerations of a set of descriptors, by full name."""

    def __init__(self, files: Any) -> None:
        self.messages: dict[str, Any] = {}
        self.enums: dict[str, Any] = {}
        for file in files:
            self._add(f".{file.package}", file.message_type, file.enum_type)

    def _add(self, scope: str, messages: Any, enums: Any) -> None:
        for enum in enums:
            self.enums[f"{scope}.{enum.name}"] = enum
        for message in messages:
            name = f"{scope}.{message.name}"
            self.messages[name] = message
            self._add(name, message.nested_type, message.enum_type)

    def type_of(self, field: Any) -> str:
        """Name the type of a field, with [] for a list and {} for a mapping."""
        if field.type in SCALARS:
            kind = SCALARS[field.type]
        else:
            kind = field.type_name[1:]
            message = self.messages.get(field.type_name)
            if message and message.options.map_entry:
                return f"{self.type_of(message.field[1])}{{}}"
        return kind + ("[]" if field.label == field.LABEL_REPEATED else "")

    def fields_of(self, name: str) -> dict[str, str]:
        """Give each field, in the order of declaration: type, then its JSON name, then its oneof.

        The JSON name stands there only where it differs from the usual one.
        """
        message = self.messages[name]
        found = {}
        for field in message.field:
            words = [self.type_of(field)]
            if field.json_name != camel(field.name):
                words.append(f"json={field.json_name}")
            if field.HasField("oneof_index"):
                words.append(f"oneof={message.oneof_decl[field.oneof_index].name}")
            found[field.name] = " ".join(words)
        return found


def camel(name: str) -> str:
    """Write a name as protobuf does in JSON unless the declaration says otherwise."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def pack(value: object) -> str:
    """Write JSON without blanks."""
    return json.dumps(value, separators=(",", ":"))


def main(path: str, source: str) -> None:
    """Write the two messages that users give, and all that stands in them."""
    files = FileDescriptorSet.FromString(Path(path).read_bytes()).file
    table = Table(files)
    types, enums, waiting = {}, {}, list(ROOTS)
    while waiting:
        name = waiting.pop()
        if name in table.enums:
            enums[name[1:]] = {one.name: one.number for one in table.enums[name].value}
        elif name not in types and not name.startswith(".google.protobuf."):
            types[name[1:]] = table.fields_of(name)
            kinds = (text.split()[0].rstrip("[]{}") for text in types[name[1:]].values())
            waiting += [f".{kind}" for kind in kinds if "." in kind and kind not in types]
    lines = (
        f'"{section}":{{\n'
        + ",\n".join(f"{json.dumps(k)}:{pack(v)}" for k, v in sorted(one.items()))
        + "\n}"
        for section, one in (("enums", enums), ("types", types))
    )
    tables = ",\n".join(lines)
    OUTPUT.write_text(f'{{"source":{json.dumps(source)},\n{tables}}}\n')
    sys.stderr.write(f"{len(types)} messages, {OUTPUT.stat().st_size:,} bytes\n")


main(*sys.argv[1:])
