"""Finds the schema of a kind: of the user's own CRDs, or the one that ships with meshctl."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from meshctl.errors import UsageError
from meshctl.package_data import shipped
from meshctl.validation.kubernetes import kubernetes_schema
from meshctl.validation.wording import closest
from meshctl.words import quoted

Schema = dict[str, Any]

IDENTITY = "x-kubernetes-group-version-kind"


class Schemas:
    """The schemas of all kinds, read when asked for; ``own`` ones win over those that ship."""

    def __init__(self, own: Iterable[Schema] = ()) -> None:
        self._own = {identity(schema): schema for schema in own}
        self._versions: dict[tuple[str, str], list[str]] = {}
        for group, version, kind in self._own:
            self._versions.setdefault((group, kind), []).append(version)

    def find(self, group: str, version: str, kind: str) -> Schema | None:
        """Find the schema of a kind; ``None`` for a kind that nobody described."""
        own = self._own.get((group, version, kind))
        if own is not None or (group, kind) in self._versions:
            return own
        if group.endswith(".istio.io"):
            return _read(group, version, kind)
        return kubernetes_schema(group, kind)

    def kinds(self) -> list[tuple[str, str, str]]:
        """List group, version and kind of every schema, stablest version of a kind first."""
        ours = (identity(_load(file)) for file in _folder().glob("*.json"))
        known = {*self._own, *(our for our in ours if (our[0], our[2]) not in self._versions)}
        return sorted(known, key=lambda pair: (pair[2], pair[0], *_instability(pair[1])))

    def by_name(self, name: str, version: str | None = None) -> Schema:
        """Find the schema of a kind by its name, however capitalized.

        Raises UsageError with the closest kind, or with the versions there are.
        """
        known = [kind for kind in self.kinds() if kind[2].lower() == name.lower()]
        if not known:
            close = closest(name, {kind[2] for kind in self.kinds()})
            raise UsageError(
                f"there is no schema of {quoted(name)}{close or '; `meshctl schema` lists them'}"
            )
        versions = list(dict.fromkeys(kind[1] for kind in known))
        chosen = next((kind for kind in known if version in {None, kind[1]}), None)
        schema = self.find(*chosen) if chosen else None
        if schema is None:
            raise UsageError(
                f"{known[0][2]} has no version {version}; it has {', '.join(versions)}"
            )
        return schema

    def own_versions(self, group: str, kind: str) -> list[str]:
        """Name the versions that the user's own CRDs serve, none for a kind they lack."""
        return self._versions.get((group, kind), [])


def identity(schema: Schema) -> tuple[str, str, str]:
    """Say which group, version and kind a schema is for."""
    item = schema[IDENTITY][0]
    return item["group"], item["version"], item["kind"]


def file_name(group: str, version: str, kind: str) -> str:
    """Name the file of a schema: kinds of other groups than Istio's carry their group."""
    home = "" if group.endswith(".istio.io") else f".{group}"
    return f"{kind}{home}_{version}.json"


def _instability(version: str) -> tuple[bool, bool, str]:
    return "alpha" in version, "beta" in version, version


_LONGEST_NAME = 120
"""Longer than the name of any file that ships, shorter than file systems refuse."""


def _read(group: str, version: str, kind: str) -> Schema | None:
    """Read a schema that ships; a version that equals another one refers to its parts."""
    name = file_name(group, version, kind)
    if not f"{kind}{version}".isalnum() or len(name) > _LONGEST_NAME:
        return None  # such a text is no file name
    file = _folder() / name
    if not file.is_file():
        return None
    schema = _load(file)
    if identity(schema)[0] != group:
        return None
    target = str(schema["properties"].get("metadata", {}).get("$ref", "")).partition("#")[0]
    return _complete(schema, _load(file.parent / target)) if target else schema


def _complete(schema: Schema, first: Schema) -> Schema:
    """Put the parts of the version it refers to back into the short form of a schema."""
    properties = {**first["properties"], "apiVersion": schema["properties"]["apiVersion"]}
    return {**first, "title": schema["title"], IDENTITY: schema[IDENTITY], "properties": properties}


def _folder() -> Path:
    return shipped("schemas/istio", "schemas/istio")


def _load(file: Path) -> Schema:
    schema: Schema = json.loads(file.read_text(encoding="utf-8"))
    return schema
