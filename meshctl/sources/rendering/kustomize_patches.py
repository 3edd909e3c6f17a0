"""Finds in patches, replacements and fields of a kustomization what they wrote into an object."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from meshctl.sources.documents import Document, Span
from meshctl.words import whole_number
from meshctl.yaml.reader import parse_one

Path = tuple[str | int, ...]
MISSING: Any = object()
"""Stands for what is not at a path; equal to nothing else."""
_MERGE_KEYS = ("name", "containerPort", "port", "key", "host", "mountPath", "number")
_INLINE = ("patches", "patchesJson6902", "patchesStrategicMerge")
_FIELDS = ("namespace", "labels", "commonLabels", "commonAnnotations", "images", "replicas")
_GENERATED = ("configMapGenerator", "secretGenerator", "generatorOptions")
_PARTS = re.compile(r"\[[^\]]*\]|[^.\[\]]+")


class OneLine(Document):
    """A patch that stands in one line of a kustomization: every place in it is that line."""

    __slots__ = ("_place",)

    def __init__(self, file: str, place: Span, data: Any) -> None:
        """Keep the place of the text."""
        super().__init__(file, place.line, "", data)
        self._place = place

    def span(self, path: Path, *, key: bool = False) -> Span:  # noqa: ARG002
        """The line, whatever the path is."""
        return self._place


def inline_patches(document: Document) -> Iterator[Document]:
    """Walk the patches that are written as text in a kustomization, with lines of their own."""
    for field in _INLINE:
        items = document.data.get(field) if isinstance(document.data, dict) else None
        for index, item in enumerate(items if isinstance(items, list) else ()):
            path: Path = (field, index, "patch") if isinstance(item, dict) else (field, index)
            text = item.get("patch") if isinstance(item, dict) else item
            data = parsed(text) if isinstance(text, str) else None
            if isinstance(data, dict | list):
                yield _placed(document, document.span(path), data)


def _placed(document: Document, span: Span, data: Any) -> Document:
    first, *body = document.lines(span.line, span.end_line) or ("",)
    if body and first[span.column - 1 :].lstrip().startswith(("|", ">")):
        text = "\n".join(body)
        if parsed(text) == data:
            return Document(document.file, span.line + 1, text, data)
    return OneLine(document.file, span, data)


def parsed(text: str) -> Any:
    """The data of a text; ``None`` for what is no YAML."""
    try:
        return parse_one(text)
    except ValueError:
        return None


class Wanted(NamedTuple):
    """A value of a built object: where it is, and of which kind and name the object is."""

    built: Any
    path: Path
    value: Any
    kind: str
    name: str


def in_patch(document: Document, wanted: Wanted) -> Path | None:
    """Find the place in a patch that wrote a value at this very path."""
    data = document.data
    if isinstance(data, list):
        return _in_operations(data, wanted)
    if not isinstance(data, dict) or data.get("kind") != wanted.kind:
        return None
    for path in (wanted.path, matched(wanted.built, data, wanted.path)):
        if path is not None and at(data, path) == wanted.value:
            return path
    return None


def _in_operations(operations: list[Any], wanted: Wanted) -> Path | None:
    """The last operation of a JSON patch that adds or replaces the value, or what it is in."""
    for index in range(len(operations) - 1, -1, -1):
        operation = operations[index]
        pointer = operation.get("path") if isinstance(operation, dict) else None
        if not isinstance(pointer, str) or str(operation.get("op")) not in {"add", "replace"}:
            continue
        parts = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        rest = wanted.path[len(parts) :]
        same = len(parts) <= len(wanted.path) and all(
            part in {str(own), "-" if isinstance(own, int) else str(own)}
            for part, own in zip(parts, wanted.path, strict=False)
        )
        if same and at(operation.get("value", MISSING), rest) == wanted.value:
            return (index, "value", *rest)
    return None


def in_fields(document: Document, wanted: Wanted) -> Path | None:
    """Find the field of a kustomization that has a value for a key: its namespace, labels, images."""
    key = next((part for part in reversed(wanted.path) if isinstance(part, str)), "")
    data = document.data
    if not isinstance(data, dict):
        return None
    generates = wanted.kind in {"ConfigMap", "Secret"}
    for field in (*_FIELDS, *(_GENERATED if generates else ())):
        if field in data:
            found = search({field: data[field]}, key, wanted.value)
            if found is not None:
                return found
    return None


def replaced_from(kustomization: Document, path: Path) -> Iterator[tuple[str, str, Path]]:
    """Walk the sources of replacements into a path: kind, name, and the path there."""
    data = kustomization.data
    items = data.get("replacements") if isinstance(data, dict) else None
    for item in items if isinstance(items, list) else ():
        source = item.get("source") if isinstance(item, dict) else None
        if not isinstance(source, dict):
            continue
        targets = item.get("targets")
        fields = (
            field
            for target in (targets if isinstance(targets, list) else ())
            if isinstance(target, dict)
            for field in target.get("fieldPaths") or ["metadata.name"]
            if isinstance(field, str)
        )
        if any(_leads_to(field, path) for field in fields):
            text = source.get("fieldPath", "metadata.name")
            yield (
                str(source.get("kind") or ""), str(source.get("name") or ""),
                tuple(map(_step, str(text).split("."))),
            )  # fmt: skip


def _step(part: str) -> str | int:
    number = whole_number(part)
    return part if number is None else number


def _leads_to(field: str, path: Path) -> bool:
    """Does a field path of kustomize, such as ``spec.http.0.timeout``, name a path?"""
    parts = _PARTS.findall(field)
    return len(parts) == len(path) and all(
        isinstance(own, int) if part.startswith("[") or part == "*" else part == str(own)
        for part, own in zip(parts, path, strict=True)
    )


def at(data: Any, path: Path) -> Any:
    """What stands at a path, else ``MISSING``."""
    here: Any = data
    for part in path:
        if isinstance(here, dict):
            here = here.get(part, MISSING)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return MISSING
    return here


def matched(built: Any, written: Any, path: Path) -> Path | None:
    """Follow a path with list items matched by what names them, since merges move them."""
    found: list[str | int] = []
    for part in path:
        if isinstance(part, int) and isinstance(built, list) and isinstance(written, list):
            index = _same_item(built[part], written) if part < len(built) else None
            if index is None:
                return None
            found.append(index)
            built, written = built[part], written[index]
        elif (
            isinstance(built, dict)
            and isinstance(written, dict)
            and part in built
            and part in written
        ):
            found.append(part)
            built, written = built[part], written[part]
        else:
            return None
    return tuple(found)


def _same_item(item: Any, items: list[Any]) -> int | None:
    if isinstance(item, dict):
        for key in _MERGE_KEYS:
            if key in item:
                same = (
                    index
                    for index, other in enumerate(items)
                    if isinstance(other, dict) and other.get(key) == item[key]
                )
                return next(same, None)
    return items.index(item) if item in items else None


def search(data: Any, key: str, value: Any) -> Path | None:
    """Find a key with a value anywhere in a document."""
    waiting: list[tuple[Any, Path]] = [(data, ())]
    while waiting:
        here, path = waiting.pop()
        if isinstance(here, dict):
            if key in here and here[key] == value and type(here[key]) is type(value):
                return (*path, key)
            waiting += [(child, (*path, name)) for name, child in reversed(here.items())]
        elif isinstance(here, list):
            waiting += [(child, (*path, index)) for index, child in reversed([*enumerate(here)])]
    return None
