"""Finds values that were meant to be replaced before the object is applied."""

import re
from collections.abc import Iterator
from typing import Any

from meshctl.resources.resource import Resource
from meshctl.resources.view import Path, Ref

_PLACEHOLDER = re.compile(
    r"\$\([A-Za-z_][\w.-]*\)|\$\{[A-Za-z_]\w*(?::?-[^}]*)?\}|\{\{.*?\}\}|\b[A-Z][A-Z0-9_]*_PLACEHOLDER\b"
)

_SIGNS = ("$(", "${", "{{", "_PLACEHOLDER")
"""One of them is in every placeholder."""

# Kubernetes itself expands $(VAR) in these fields of containers, and shells and templates live in
# data of ConfigMaps, annotations and Lua or Wasm code; only names and addresses of the mesh's own
# kinds and of Services are certain to be taken literally.
_LITERAL_GROUPS = ("networking.istio.io", "security.istio.io", "telemetry.istio.io")
_FREE_TEXT = frozenset({"annotations", "inlineCode", "value", "configPatches", "pluginConfig",
                        "filter", "expression", "stringBody", "bytesBody", "rewrite", "regex",
                        "headers"})  # fmt: skip


def find_placeholders(resource: Resource) -> Iterator[tuple[str, Ref]]:
    """Walk the placeholders in the metadata and spec of a mesh object, each text once."""
    if resource.group not in _LITERAL_GROUPS and resource.kind not in {"Service", "Namespace"}:
        return
    if not resource.prefix and not resource.document.may_hold(_SIGNS):
        return
    seen: set[str] = set()
    for top in ("metadata", "spec"):
        for path, text in _texts(resource.data.get(top), (top,)):
            match = _PLACEHOLDER.search(text)
            if match is not None and match[0] not in seen:
                seen.add(match[0])
                yield match[0], Ref(resource, path)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        if any(sign in value for sign in _SIGNS):
            yield path, value
    elif isinstance(value, dict):
        for key, child in value.items():
            if key not in _FREE_TEXT:
                yield from _texts(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _texts(child, (*path, index))
