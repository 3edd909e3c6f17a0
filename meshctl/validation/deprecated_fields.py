"""Marks in schemas what Istio would rather not see any more, as JSON Schema's ``deprecated``.

The fields are those with ``[deprecated = true]`` in networking/v1alpha3/*.proto of istio.io/api 1.31,
the annotations those of its registry.
"""

import copy

from meshctl.istio.annotations import deprecated_for
from meshctl.validation.schemas import IDENTITY, Schema, Schemas, identity

_FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "VirtualService": (
        ("http", "mirrorPercent"), ("http", "mirror_percent"), ("corsPolicy", "allowOrigin"),
        ("delay", "percent"),
    ),
    "DestinationRule": (
        ("consistentHash", "minimumRingSize"), ("outlierDetection", "consecutiveErrors"),
    ),
    "Gateway": (("port", "targetPort"),),
    "Sidecar": (("port", "targetPort"),),
}  # fmt: skip
"""By kind: the last names of the paths that lead to the fields."""


class MarkedSchemas(Schemas):
    """The schemas of all kinds, with marks; each is marked once."""

    def find(self, group: str, version: str, kind: str) -> Schema | None:
        """Find the schema of a kind; ``None`` for a kind that nobody described."""
        key = group, version, kind
        if key not in self._marked:
            schema = super().find(*key)
            self._marked[key] = marked(schema, group, kind) if schema is not None else None
        return self._marked[key]

    def __init__(self) -> None:
        super().__init__()
        self._marked: dict[tuple[str, str, str], Schema | None] = {}


def marked(schema: Schema, group: str = "", kind: str = "") -> Schema:
    """Copy a schema, and mark what is deprecated in it."""
    copied = copy.deepcopy(schema)
    if IDENTITY in copied:
        group, _, kind = identity(copied)
    if group == "networking.istio.io":
        for path in _FIELDS.get(kind, ()):
            _mark(copied, copied, path, ())
    annotations = copied.get("properties", {}).get("metadata", {}).get("properties", {})
    if "annotations" in annotations:
        known = {name: {"type": "string", "deprecated": True} for name in deprecated_for(kind)}
        annotations["annotations"]["properties"] = known
    return copied


def _mark(schema: Schema, root: Schema, path: tuple[str, ...], above: tuple[str, ...]) -> None:
    """Mark each property that a path ends at, through lists and definitions."""
    if "$ref" in schema and len(above) <= _DEEPEST:
        _mark(root["$defs"][schema["$ref"].rpartition("/")[2]], root, path, above)
    for part in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(part, dict):
            _mark(part, root, path, above)
    for name, part in schema.get("properties", {}).items():
        here = (*above, name)
        if here[-len(path) :] == path:
            part["deprecated"] = True
        elif len(here) <= _DEEPEST:
            _mark(part, root, path, here)


_DEEPEST = 12
"""Longer paths than any of the fields has; schemas may refer to themselves."""
