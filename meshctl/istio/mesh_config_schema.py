"""The fields of MeshConfig, ProxyConfig and MeshNetworks (istio.io/api 1.31).

The table is made from Istio's API by ``.ci/mesh_config_types.py``.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

MESH_CONFIG = "istio.mesh.v1alpha1.MeshConfig"
PROXY_CONFIG = "istio.mesh.v1alpha1.ProxyConfig"
MESH_NETWORKS = "istio.mesh.v1alpha1.MeshNetworks"


class Field(NamedTuple):
    """A field of a message."""

    name: str
    """As protobuf declares it: ``drain_duration``."""
    json_name: str
    kind: str
    """A scalar of protobuf, or the full name of a message or an enumeration."""
    is_list: bool
    is_map: bool
    oneof: str
    """The group of which only one field can be set; empty for most."""


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Any]]:
    text = Path(__file__).with_name("mesh_config_types.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@lru_cache(maxsize=256)
def fields(message: str) -> tuple[Field, ...]:
    """List the fields of a message in the order of their declaration."""
    return tuple(_field(name, text) for name, text in _table()["types"][message].items())


def is_message(kind: str) -> bool:
    """Is it a message of Istio, with fields of its own?"""
    return kind in _table()["types"]


def enum_values(kind: str) -> dict[str, int] | None:
    """Give the words of an enumeration with their numbers; ``None`` for what is none."""
    values: dict[str, int] | None = _table()["enums"].get(kind)
    return values


def _field(name: str, text: str) -> Field:
    kind, *rest = text.split()
    others = dict(word.split("=") for word in rest)
    bare = kind.rstrip("[]{}")
    json_name = others.get("json") or _camel(name)
    return Field(
        name, json_name, bare, kind.endswith("[]"), kind.endswith("{}"), others.get("oneof", "")
    )


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
