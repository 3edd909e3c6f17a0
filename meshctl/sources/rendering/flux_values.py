"""Reads the values that a HelmRelease of Flux takes from ConfigMaps and Secrets of the input.

``spec.valuesFrom`` of helm.toolkit.fluxcd.io/v2: each entry names an object, the key of it that holds
values (``values.yaml`` where it says none), or, with ``targetPath``, a single value. Later ones win.
"""

from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from meshctl.plain_objects import mapping
from meshctl.sources.documents import Document
from meshctl.sources.rendering.kustomize_patches import parsed
from meshctl.sources.rendering.release import SECRET_VARIABLE, InlineValues

_KINDS = frozenset({"ConfigMap", "Secret"})
_KEY = "values.yaml"


class FluxValues:
    """The ConfigMaps and Secrets of the input, by kind and name."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._known: dict[tuple[str, str], list[Document]] = {}
        for document in documents:
            data = document.data
            if isinstance(data, dict) and (kind := str(data.get("kind"))) in _KINDS:
                name = mapping(data.get("metadata")).get("name")
                self._known.setdefault((kind, str(name)), []).append(document)

    def of(self, release: Document, namespace: str) -> Iterator[InlineValues | str]:
        """Walk the values of a HelmRelease in a namespace, or what is missing of them, in words.

        A single value of a Secret is unknown either way.
        """
        entries = release.data["spec"].get("valuesFrom")
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if not isinstance(entry, dict):
                continue
            found = self._read(entry, namespace) or _unseen(release, index, entry)
            if found is not None:
                yield found
            elif entry.get("optional") is not True:
                yield f"{entry.get('kind')} {entry.get('name')}"

    def _read(self, entry: Mapping[str, Any], namespace: str) -> InlineValues | None:
        kind, key = str(entry.get("kind")), str(entry.get("valuesKey") or _KEY)
        for document in self._known.get((kind, str(entry.get("name"))), ()):
            home = mapping(document.data.get("metadata")).get("namespace")
            if namespace and home and home != namespace:
                continue
            text, block = _text_of(document.data, key)
            if text is None:
                continue
            is_secret = kind == "Secret"
            path = entry.get("targetPath")
            data = text if path else parsed(text)
            if is_secret:
                data = _without_texts(data)
            if path:
                data = _below(str(path), data)
            if isinstance(data, dict):
                return InlineValues(document, (block, key), data, is_secret)
        return None


def _unseen(release: Document, index: int, entry: Mapping[str, Any]) -> InlineValues | None:
    path = entry.get("targetPath")
    if entry.get("kind") != "Secret" or not path or entry.get("optional") is True:
        return None
    data = _below(str(path), _without_texts(""))
    place = ("spec", "valuesFrom", index, "targetPath")
    return InlineValues(release, place, data, is_secret=True) if data is not None else None


def _text_of(data: Mapping[str, Any], key: str) -> tuple[str | None, str]:
    """Give the text of a key, and the block that it stands in."""
    written = mapping(data.get("stringData")).get(key)
    if data.get("kind") == "Secret" and isinstance(written, str):
        return written, "stringData"
    found = mapping(data.get("data")).get(key)
    if not isinstance(found, str):
        return None, ""
    if data.get("kind") == "ConfigMap":
        return found, "data"
    try:
        return b64decode(found, validate=True).decode(), "data"
    except (Error, UnicodeDecodeError):
        return None, ""


def _without_texts(data: Any) -> Any:
    """Put a variable in the place of each text and number; switches decide what is rendered."""
    if isinstance(data, dict):
        return {key: _without_texts(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_without_texts(item) for item in data]
    return data if data is None or isinstance(data, bool) else f"${{{SECRET_VARIABLE}}}"


def _below(path: str, value: Any) -> dict[str, Any] | None:
    """Put a value below a path with dots; lists and escaped dots are not followed."""
    if any(sign in path for sign in "[\\{,="):
        return None
    for name in reversed(path.split(".")):
        value = {name: value}
    return value if isinstance(value, dict) else None
