"""Finds where a value of a built object was written: origin file, patch or kustomization."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.sources.documents import Comment, Document, Span, Written
from meshctl.sources.placement import UNKNOWN, Placement
from meshctl.yaml.parser import MAX_CHARACTERS, Parser
from meshctl.yaml.reader import parse_one
from meshctl.yaml.splitter import decode, split

_Path = tuple[str | int, ...]
_MERGE_KEYS = ("name", "containerPort", "port", "key", "host", "mountPath", "number")
_MISSING = object()


class Found(NamedTuple):
    """A place in a document that people wrote; ``how`` is empty where it is the very value."""

    document: Document
    path: _Path
    how: str
    line: int = 0
    """The line in a text of many lines that stands at the path; 0 for the place of the path."""


class OriginFiles:
    """The files of a kustomization as documents, each read when first asked."""

    def __init__(
        self, kustomizations: Sequence[Path], files: Sequence[Path], directory: Path, shown: str
    ) -> None:
        self._kustomizations = [os.path.realpath(file) for file in kustomizations]
        self._files = [os.path.realpath(file) for file in files]
        self._directory = os.path.realpath(directory)
        self._shown = shown
        self._documents: dict[str, list[Document]] = {}

    def documents(self, file: str) -> list[Document]:
        """The documents of a file, by its real path; none for what cannot be read."""
        known = self._documents.get(file)
        if known is None:
            known = self._documents[file] = list(self._read(file))
        return known

    def origin(self, written: str) -> str:
        """The real path that an origin annotation names: it is relative to the wrapper."""
        name = os.path.basename(written)  # noqa: PTH119
        ends = os.sep + os.path.normpath(written).replace("../", "")
        several = [file for file in (*self._files, *self._kustomizations) if file.endswith(ends)]
        if several:
            return max(several, key=len)
        return next((f for f in self._files if os.path.basename(f) == name), "")  # noqa: PTH119

    @property
    def changing(self) -> Iterator[Document]:
        """The patch files and kustomizations, those nearest to the top first."""
        for file in (*self._kustomizations, *self._files):
            yield from self.documents(file)

    @property
    def top(self) -> Document | None:
        """The kustomization that was built."""
        files = self._kustomizations[:1]
        return next((document for file in files for document in self.documents(file)), None)

    def _read(self, file: str) -> Iterator[Document]:
        try:
            with open(file, "rb") as stream:  # noqa: PTH123
                text = decode(stream.read(MAX_CHARACTERS))
        except OSError:
            return
        inside = os.path.relpath(file, self._directory)
        shown = os.path.normpath(os.path.join(self._shown, inside))  # noqa: PTH118
        for first_line, part in split(text):
            data, _ = Parser().parse(part, first_line)
            if data is not None:
                yield Document(shown, first_line, part, data)


class KustomizedDocument(Document):
    """An object that kustomize built; places in it are looked up in the files of people."""

    __slots__ = ("_home", "_origins")

    def __init__(
        self,
        text: str,
        data: Any,
        origin: str,
        origins: OriginFiles,
        placement: Placement = UNKNOWN,
    ) -> None:
        self._origins = origins
        self._home = self._find_home(data, origins.origin(origin) if origin else "")
        super().__init__(self._home.file if self._home else "", 1, text, data, placement)
        if self._home is None and origins.top is not None:
            self.file = origins.top.file

    def written(self, path: tuple[str | int, ...], *, key: bool = False) -> Written:
        """The place where somebody wrote what stands at a path of the built object."""
        found = self._find(path)
        if found is None:
            return Written(
                self.file, Span(1, 1, 1, 1), (), "rendered by kustomize; only the file is known"
            )
        span = found.document.span(found.path, key=key and found.path == path)
        if found.line:
            span = Span(found.line, 1, found.line, 1)
        note = f"rendered by kustomize; {found.how}" if found.how else ""
        return Written(found.document.file, span, (), note)

    def comments(self) -> Iterator[Comment]:
        """None: kustomize drops comments, and those of the origins are read there."""
        return iter(())

    def source_lines(self, file: str, first: int, last: int) -> tuple[str, ...]:
        """The lines that people wrote, for a frame."""
        for document in self._origins.changing:
            if document.file == file and document.first_line <= first:
                lines = document.lines(first, last)
                if lines:
                    return lines
        return ()

    def _find(self, path: _Path) -> Found | None:
        value = _at(self.data, path)
        if self._home is not None:
            if _at(self._home.data, path) == value and value is not _MISSING:
                return Found(self._home, path, "")
            moved = _matched(self.data, self._home.data, path)
            if moved is not None and _at(self._home.data, moved) == value:
                return Found(self._home, moved, "")
        if value is not _MISSING and not isinstance(value, dict | list):
            last = next((part for part in reversed(path) if isinstance(part, str)), "")
            for document in self._origins.changing:
                place = _search(document.data, last, value)
                if place is not None and document is not self._home:
                    return Found(document, place, "")
            for document in self._origins.changing:
                inline = _search_inline(document, last, value)
                if inline is not None:
                    return Found(document, inline[0], "", inline[1])
        if self._home is not None:
            return Found(self._home, _nearest(self._home.data, path), "the nearest line is known")
        top = self._origins.top
        return Found(top, (), "only the kustomization is known") if top is not None else None

    def _find_home(self, data: Any, file: str) -> Document | None:
        """The document that the object was before it was changed: of its kind, its name inside."""
        kind, name = _identity(data)
        own = [
            (len(_identity(document.data)[1]), document)
            for document in (self._origins.documents(file) if file else ())
            if _identity(document.data)[0] == kind and _identity(document.data)[1] in name
        ]
        return max(own, key=lambda each: each[0], default=(0, None))[1]


def _identity(data: Any) -> tuple[str, str]:
    metadata = data.get("metadata") if isinstance(data, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    kind = data.get("kind") if isinstance(data, dict) else None
    return str(kind or ""), name if isinstance(name, str) else ""


def _at(data: Any, path: _Path) -> Any:
    here: Any = data
    for part in path:
        if isinstance(here, dict):
            here = here.get(part, _MISSING)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return _MISSING
    return here


def _nearest(data: Any, path: _Path) -> _Path:
    for length in range(len(path), -1, -1):
        if _at(data, path[:length]) is not _MISSING:
            return path[:length]
    return ()


def _matched(built: Any, written: Any, path: _Path) -> _Path | None:
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


def _search_inline(document: Document, key: str, value: Any) -> tuple[_Path, int] | None:
    """Find a value in the patches that are written as text in a kustomization, with its line."""
    patches = document.data.get("patches") if isinstance(document.data, dict) else None
    for index, patch in enumerate(patches if isinstance(patches, list) else ()):
        text = patch.get("patch") if isinstance(patch, dict) else None
        if isinstance(text, str) and _search(_parsed(text), key, value) is not None:
            path: _Path = ("patches", index, "patch")
            span = document.span(path)
            lines = document.lines(span.line, span.end_line)
            wanted = str(value).lower() if isinstance(value, bool) else str(value)
            hits = [number for number, line in enumerate(lines) if wanted in line]
            named = [number for number in hits if f"{key}:" in lines[number]]
            at = next(iter(named or hits), 0)
            return path, span.line + at
    return None


def _parsed(text: str) -> Any:
    try:
        return parse_one(text)
    except ValueError:
        return None


def _search(data: Any, key: str, value: Any) -> _Path | None:
    """Find a key with a value anywhere in a document; JSON patches have it below ``value``."""
    waiting: list[tuple[Any, _Path]] = [(data, ())]
    while waiting:
        here, path = waiting.pop()
        if isinstance(here, dict):
            if key in here and here[key] == value and type(here[key]) is type(value):
                return (*path, key)
            ends = here.get("path")
            if isinstance(ends, str) and ends.endswith(f"/{key}") and here.get("value") == value:
                return (*path, "value")
            waiting += [(child, (*path, name)) for name, child in reversed(here.items())]
        elif isinstance(here, list):
            waiting += [(child, (*path, index)) for index, child in reversed([*enumerate(here)])]
    return None
