"""Writes generated objects as YAML, one document each, in the order in which they are applied."""

from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from meshctl.yaml.emitter import dumps


def write_objects(objects: Sequence[Mapping[str, Any]], out: TextIO) -> None:
    """Write objects as documents."""
    out.write("---\n".join(dumps(manifest) for manifest in objects))
