"""Registers the questions that a client asks about places of texts."""

from collections.abc import Iterable

from lsprotocol import types

from meshctl.engine.locations import written
from meshctl.lsp.answers import Places, completion, hover
from meshctl.lsp.asked import Asked
from meshctl.lsp.outlines import Outlines
from meshctl.lsp.server import Server
from meshctl.resources import Ref, Resource

_TRIGGERS = [" ", ":", "/", "[", ",", "-", "."]
_MOST_SYMBOLS = 500


def answer_questions(server: Server) -> None:
    """Answer what a client asks about places."""
    _about_words(server)
    _about_places(server)
    _about_objects(server)


def _about_words(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hovered(params: types.HoverParams) -> types.Hover | None:
        opened = server.opened(params.text_document.uri)
        if opened is None:
            return None
        at = params.position
        return hover(opened, at, server.asked(opened, at), server.encoding)

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=_TRIGGERS)
    )
    def completed(params: types.CompletionParams) -> types.CompletionList | None:
        opened = server.opened(params.text_document.uri)
        if opened is None:
            return None
        at = params.position
        return completion(opened, at, server.asked(opened, at), server.encoding)


def _about_places(server: Server) -> None:
    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def defined(params: types.DefinitionParams) -> list[types.Location]:
        asked = server.asked_in(params.text_document.uri, params.position)
        if asked is None:
            return []
        return _located(server, asked, asked.places())

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    @server.thread()
    def referred(params: types.ReferenceParams) -> list[types.Location]:
        asked = server.asked_in(params.text_document.uri, params.position)
        if asked is None:
            return []
        found = _located(server, asked, asked.referring())
        return found if params.context.include_declaration else found[1:]

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def highlighted(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        asked = server.asked_in(params.text_document.uri, params.position)
        if asked is None:
            return []
        found = _located(server, asked, asked.referring())
        uri = server.uri_of(asked.opened.name)
        return [types.DocumentHighlight(place.range) for place in found if place.uri == uri]


def _located(server: Server, asked: Asked, places: Iterable[Ref]) -> list[types.Location]:
    return Places(asked.opened, server.uri_of, server.encoding).of(places)


def _about_objects(server: Server) -> None:
    outlines = Outlines()

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    @server.thread()
    def outlined(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        opened = server.opened(params.text_document.uri)
        outlines.forget_all_but({buffer.uri for buffer in [*server.buffers.values()]})
        if opened is None:
            return []
        return [*outlines.symbols(opened.buffer.uri, opened.buffer.text, server.encoding)]

    @server.feature(types.WORKSPACE_SYMBOL)
    @server.thread()
    def found(params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
        words = params.query.lower().split()
        symbols_found = []
        for folder in server.folders():
            resources = folder.state.answer.mesh.resources if folder.state is not None else ()
            for resource in resources:
                if all(word in resource.title.lower() for word in words):
                    symbols_found.append(_symbol(resource, server))
                    if len(symbols_found) == _MOST_SYMBOLS:
                        return symbols_found
        return symbols_found


def _symbol(resource: Resource, server: Server) -> types.WorkspaceSymbol:
    file, span = written(resource.at("metadata", "name"))[:2]
    start = types.Position(span.line - 1, 0)
    place = types.Location(server.uri_of(file), types.Range(start, start))
    return types.WorkspaceSymbol(place, resource.title, types.SymbolKind.Object)
