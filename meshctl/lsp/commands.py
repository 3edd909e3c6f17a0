"""Registers the commands of the server, and the lenses that offer them at objects."""

from typing import Any

from lsprotocol import types

from meshctl import __version__
from meshctl.engine.locations import span_of
from meshctl.inspect.editor.cursor import document_at
from meshctl.lsp.asked import Opened, owner_at, resource_of
from meshctl.lsp.object_report import COMMANDS, commands_for, report
from meshctl.lsp.positions import LinesOf, range_of
from meshctl.lsp.server import Server
from meshctl.resources import Resource

_TITLES = {"routes": "routes", "tls-check": "TLS", "describe": "what applies"}


def offer_commands(server: Server) -> None:
    """Run commands, and offer them at objects."""

    @server.command("meshctl.version")
    def version() -> str:
        return __version__

    for name in COMMANDS:
        _register(server, name)

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    @server.thread()
    def lenses(params: types.CodeLensParams) -> list[types.CodeLens]:
        opened = server.opened(params.text_document.uri)
        return [*_lenses(server, opened)] if opened is not None else []


def _register(server: Server, name: str) -> None:
    @server.command(name)
    @server.thread()
    def run(uri: str, line: int = 0) -> Any:
        opened = server.opened(uri)
        found = _object_at(opened, line) if opened is not None else None
        if opened is None or found is None or opened.mesh is None:
            return {"title": "", "text": "there is no object here that the last analysis knows\n"}
        text = report(name, found, opened.mesh, opened.folder.settings)
        title = f"{COMMANDS[name]} {found.title}"
        shown = {"title": title, "text": text}
        server.show_text(title, text)
        return shown


def _object_at(opened: Opened, line: int) -> Resource | None:
    owner = owner_at(document_at(opened.buffer.text, line), opened)
    return resource_of(owner, opened)


def _lenses(server: Server, opened: Opened) -> list[types.CodeLens]:
    lines = LinesOf(opened.buffer.text)
    found = []
    for resource in opened.mesh.resources if opened.mesh is not None else ():
        if resource.document.file != opened.name:
            continue
        place = range_of(span_of(resource.key("kind")), lines, server.encoding)
        for name in commands_for(resource):
            arguments: list[Any] = [opened.buffer.uri, place.start.line]
            command = types.Command(
                f"meshctl: {_TITLES[COMMANDS[name]]}", name, arguments=arguments
            )
            found.append(types.CodeLens(place, command))
    return found
