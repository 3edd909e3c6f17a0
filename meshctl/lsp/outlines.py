"""Lists the objects of texts with their parts, and reads of a text that changed what is new alone."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from lsprotocol import types

from meshctl.engine.locations import span_of
from meshctl.inspect.editor.outline import Outlined, outline
from meshctl.lsp.positions import Encoding, LinesOf, range_of
from meshctl.sources.documents import Span
from meshctl.yaml.splitter import split


class _Object(NamedTuple):
    """An object with its parts, lines counted from the first one of its document."""

    title: str
    whole: Span
    name: Span
    parts: tuple[tuple[str, Span], ...]


class Outlines:
    """The outlines of the texts that are open, by their URI."""

    def __init__(self) -> None:
        self._known: dict[str, dict[str, tuple[_Object, ...]]] = {}

    def forget_all_but(self, uris: Collection[str]) -> None:
        """Drop what is known of texts that are closed."""
        for uri in self._known.keys() - set(uris):
            self._known.pop(uri, None)

    def symbols(self, uri: str, text: str, encoding: Encoding) -> Iterator[types.DocumentSymbol]:
        """Walk the objects of a text with their parts."""
        lines = LinesOf(text)
        before, now = self._known.get(uri, {}), {}
        for first_line, part in split(text):
            objects = before.get(part)
            if objects is None:
                objects = tuple(map(_read, outline(part, "default")))
            now[part] = objects
            for outlined in objects:
                yield _symbol(outlined, first_line - 1, lines, encoding)
        self._known[uri] = now


def _read(outlined: Outlined) -> _Object:
    resource, document = outlined.resource, outlined.resource.document
    last = document.first_line + document.text.rstrip("\n").count("\n")
    end = len(document.text.rstrip("\n").rpartition("\n")[2].removesuffix("\r")) + 1
    return _Object(
        resource.title,
        Span(document.span(resource.prefix).line, 1, last, end),
        span_of(resource.at("metadata", "name")),
        tuple((f"{part.what} {part.name}", span_of(part.place)) for part in outlined.parts),
    )


def _symbol(
    outlined: _Object, down: int, lines: LinesOf, encoding: Encoding
) -> types.DocumentSymbol:
    def place(span: Span) -> types.Range:
        moved = span._replace(line=span.line + down, end_line=span.end_line + down)
        return range_of(moved, lines, encoding)

    named, whole = place(outlined.name), place(outlined.whole)
    if not _holds(whole, named):
        whole = named
    parts = [
        types.DocumentSymbol(name, types.SymbolKind.Field, at, at)
        for name, span in outlined.parts
        for at in [place(span)]
        if _holds(whole, at)
    ]
    return types.DocumentSymbol(
        outlined.title, types.SymbolKind.Object, whole, named, children=parts or None
    )


def _holds(outer: types.Range, inner: types.Range) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
