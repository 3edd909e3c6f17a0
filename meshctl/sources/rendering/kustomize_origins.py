"""Finds where a value of a built object was written: origin file, patch or kustomization."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.sources.documents import Comment, Document, Span, Written
from meshctl.sources.file_documents import documents_in
from meshctl.sources.placement import UNKNOWN, Placement
from meshctl.sources.rendering.kustomize_patches import (
    MISSING,
    Wanted,
    at,
    in_fields,
    in_patch,
    inline_patches,
    matched,
    parsed,
    replaced_from,
    search,
)

_Path = tuple[str | int, ...]


class Found(NamedTuple):
    """A place in a document that people wrote; ``how`` is empty where it is the very value."""

    document: Document
    path: _Path
    how: str


class OriginFiles:
    """The files of a kustomization as documents, each read when first asked.

    ``read`` holds those that other kustomizations read, by real path and the path that is shown.
    """

    def __init__(
        self, kustomizations: Sequence[Path], files: Sequence[Path], directory: Path, shown: str,
        read: dict[tuple[str, str], list[Document]],
    ) -> None:  # fmt: skip
        self._kustomizations = [os.path.realpath(file) for file in kustomizations]
        self._files = [os.path.realpath(file) for file in files]
        self._directory = os.path.realpath(directory)
        self._shown = shown
        self._documents: dict[str, list[Document]] = {}
        self._known = read
        self._inline: dict[str, list[Document]] = {}

    def documents(self, file: str) -> list[Document]:
        """The documents of a file, by its real path; none for what cannot be read."""
        known = self._documents.get(file)
        if known is None:
            inside = os.path.relpath(file, self._directory)
            key = file, os.path.normpath(os.path.join(self._shown, inside))  # noqa: PTH118
            if key not in self._known:
                self._known[key] = list(_read(*key))
            known = self._documents[file] = self._known[key]
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
    def kustomizations(self) -> Iterator[tuple[Document, list[Document]]]:
        """The kustomizations, the top first, each with the patches written in it."""
        for file in self._kustomizations:
            for document in self.documents(file):
                if file not in self._inline:
                    self._inline[file] = [*inline_patches(document)]
                yield document, self._inline[file]

    @property
    def listed(self) -> Iterator[Document]:
        """The patches and resources in files of their own."""
        for file in self._files:
            yield from self.documents(file)

    @property
    def top(self) -> Document | None:
        """The kustomization that was built."""
        files = self._kustomizations[:1]
        return next((document for file in files for document in self.documents(file)), None)


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
        note = f"rendered by kustomize; {found.how}" if found.how else ""
        return Written(found.document.file, span, (), note)

    def comments(self) -> Iterator[Comment]:
        """None: kustomize drops comments, and those of the origins are read there."""
        return iter(())

    def source_lines(self, file: str, first: int, last: int) -> tuple[str, ...]:
        """The lines that people wrote, for a frame."""
        for document in self._origins.changing:
            if document.file == file and document.first_line <= first:
                lines = document.source_lines(file, first, last)
                if lines:
                    return lines
        return ()

    def _find(self, path: _Path) -> Found | None:
        value = at(self.data, path)
        wanted = Wanted(self.data, path, value, *_identity(self.data))
        if self._home is not None:
            for place in (path, matched(self.data, self._home.data, path)):
                if place is not None and at(self._home.data, place) == value is not MISSING:
                    return Found(self._home, place, "")
        found = None
        if value is not MISSING and not isinstance(value, dict | list):
            found = self._changed(wanted) or self._similar(wanted)
        if found is not None:
            return found
        if self._home is not None:
            nearest = _nearest(self._home.data, path)
            return Found(self._home, nearest, "the nearest line is known")
        top = self._origins.top
        return Found(top, (), "only the kustomization is known") if top is not None else None

    def _changed(self, wanted: Wanted) -> Found | None:
        """Find what wrote the value into the object: a patch, a field, a replacement."""
        for kustomization, inline in self._origins.kustomizations:
            for patch in reversed(inline):
                place = in_patch(patch, wanted)
                if place is not None:
                    return Found(patch, place, "")
            place = in_fields(kustomization, wanted)
            if place is not None:
                return Found(kustomization, place, "")
        for document in self._origins.listed:
            place = in_patch(document, wanted) if document is not self._home else None
            if place is not None and self._may_patch(document, wanted):
                return Found(document, place, "")
        for kustomization, _ in self._origins.kustomizations:
            for kind, name, place in replaced_from(kustomization, wanted.path):
                for document in self._origins.listed:
                    same = kind, name or _identity(document.data)[1]
                    if (
                        _identity(document.data) == same
                        and at(document.data, place) == wanted.value
                    ):
                        return Found(document, place, "")
        return None

    def _may_patch(self, document: Document, wanted: Wanted) -> bool:
        """Is it a patch of the object, and not another resource of its kind?"""
        if isinstance(document.data, list):
            return True
        name = _identity(document.data)[1]
        own = _identity(self._home.data)[1] if self._home is not None else wanted.name
        return name in {own, wanted.name}

    def _similar(self, wanted: Wanted) -> Found | None:
        """Find the same key and value elsewhere, which is likely, and not sure."""
        key = next((part for part in reversed(wanted.path) if isinstance(part, str)), "")
        inline = (patch for _, several in self._origins.kustomizations for patch in several)
        for document in (*inline, *self._origins.listed):
            kind = _identity(document.data)[0]
            if document is self._home or kind not in {"", wanted.kind}:
                continue
            place = search(document.data, key, wanted.value)
            if place is not None:
                return Found(document, place, "the likely line is known")
        return None

    def _find_home(self, data: Any, file: str) -> Document | None:
        """The document that the object was before it was changed: of its kind, its name inside."""
        kind, name = _identity(data)
        own = [
            (len(_identity(document.data)[1]), document)
            for document in (self._origins.documents(file) if file else ())
            if _identity(document.data)[0] == kind and _identity(document.data)[1] in name
        ]
        return max(own, key=lambda each: each[0], default=(0, None))[1]


def _read(file: str, shown: str) -> Iterator[Document]:
    with suppress(OSError):
        for document in documents_in(file, shown):
            if document.data is None:
                document.data = parsed(document.text)  # a JSON patch is a list
            if document.data is not None:
                yield document


def _identity(data: Any) -> tuple[str, str]:
    metadata = data.get("metadata") if isinstance(data, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    kind = data.get("kind") if isinstance(data, dict) else None
    return str(kind or ""), name if isinstance(name, str) else ""


def _nearest(data: Any, path: _Path) -> _Path:
    for length in range(len(path), -1, -1):
        if at(data, path[:length]) is not MISSING:
            return path[:length]
    return ()
