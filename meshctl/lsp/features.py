"""Registers what the server answers."""

import asyncio
from collections.abc import Sequence

from lsprotocol import types

from meshctl.lsp.code_actions import FIX_ALL, CodeActions, Place
from meshctl.lsp.commands import offer_commands
from meshctl.lsp.options import Options
from meshctl.lsp.questions import answer_questions
from meshctl.lsp.server import Server

_WATCHED = ("**/*.{yaml,yml,json,tpl,toml}", "**/.meshctlignore", "**/.meshctl.{yaml,yml}")


def make_server(options: Options) -> Server:
    """Make a server with all that it answers."""
    server = Server(options)
    _follow(server)
    _listen(server)
    _offer_actions(server)
    answer_questions(server)
    offer_commands(server)
    return server


def _follow(server: Server) -> None:
    """Follow the folders, files and settings of the session."""

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.configure(params.initialization_options)

    @server.feature(types.INITIALIZED)
    def initialized(_params: types.InitializedParams) -> None:
        server.loop = asyncio.get_running_loop()
        _watch(server)
        server.open_folders()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        server.files_changed([change.uri for change in params.changes])

    @server.feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    def configured(params: types.DidChangeConfigurationParams) -> None:
        given = params.settings
        server.configure(given.get("meshctl", given) if isinstance(given, dict) else given)

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(_params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.open_folders()

    @server.feature(types.SHUTDOWN)
    def shut_down(_params: None) -> None:
        server.pages.close()
        server.is_shut_down = True


def _listen(server: Server) -> None:
    """Follow what is opened, typed, saved and closed."""

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.put(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def typed(params: types.DidChangeTextDocumentParams) -> None:
        server.put(params.text_document)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.files_changed([params.text_document.uri])

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.drop(params.text_document.uri)


def _offer_actions(server: Server) -> None:
    """Offer what can be done about findings."""

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions([types.CodeActionKind.QuickFix, FIX_ALL]),
    )
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        opened = server.opened(params.text_document.uri)
        if opened is None:
            return []
        folder = opened.folder
        make = CodeActions(server.encoding, server.uri_of, folder.lines, folder.is_current)
        lines = params.range.start.line, params.range.end.line
        found = folder.shown(opened.name)
        place = Place(opened.buffer.uri, opened.buffer.text, *lines, found)
        wanted = params.context.only or [types.CodeActionKind.QuickFix]
        answers: list[types.CodeAction] = []
        if _asks_for(types.CodeActionKind.QuickFix, wanted):
            diagnostics = server.diagnostics_for(folder)
            about = {finding.fingerprint: diagnostics.of(finding) for finding in place.findings}
            answers += make.at(place, about)
        if _asks_for(FIX_ALL, wanted):
            answers += make.for_all(found)
        return answers


def _asks_for(kind: str, wanted: Sequence[str]) -> bool:
    """Is a kind of action asked for: by itself, or by one that it is a kind of?"""
    return any(kind == prefix or kind.startswith(f"{prefix}.") for prefix in map(_text, wanted))


def _text(kind: str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _watch(server: Server) -> None:
    """Ask the client to tell of changes on disk, if it can."""
    can = server.client_capabilities.workspace
    watching = can.did_change_watched_files if can is not None else None
    if watching is None or not watching.dynamic_registration:
        return
    watchers = [types.FileSystemWatcher(glob) for glob in _WATCHED]
    server.client_register_capability(
        types.RegistrationParams(
            [
                types.Registration(
                    "meshctl-files",
                    types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                    types.DidChangeWatchedFilesRegistrationOptions(watchers),
                )
            ]
        )
    )
