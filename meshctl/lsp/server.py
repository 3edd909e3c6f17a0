"""The server: which documents are open, which folders there are, and what each is told."""

import asyncio
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from meshctl import __version__
from meshctl.config import discover
from meshctl.engine.report import EVERY_RULE, LocatedFinding
from meshctl.errors import MeshctlError
from meshctl.lsp.asked import Asked, Opened, ask
from meshctl.lsp.diagnostics import Diagnostics
from meshctl.lsp.folder import Buffer, Folder
from meshctl.lsp.options import Options
from meshctl.lsp.positions import LinesOf, characters
from meshctl.lsp.rule_pages import RulePages

NAME = "meshctl"
_CONFIGS = frozenset({*discover.NAMES, "pyproject.toml"})


class Server(LanguageServer):
    """A language server for the manifests of a mesh."""

    def __init__(self, options: Options) -> None:
        super().__init__(NAME, __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.options = options
        self.buffers: dict[str, Buffer] = {}
        self.pages = RulePages()
        self.is_shut_down = False
        self.loop: asyncio.AbstractEventLoop | None = None
        """Where messages are sent, since commands run in threads of their own."""
        self._folders: dict[str, Folder] = {}
        self._told: set[str] = set()
        self._home = os.getcwd()  # noqa: PTH109 - a text
        """The directory that names of files start from, as the client has it: perhaps by a link."""

    @property
    def encoding(self) -> types.PositionEncodingKind | str:
        """How the client counts characters."""
        return self.workspace.position_encoding or types.PositionEncodingKind.Utf16

    def open_folders(self) -> None:
        """Take over the folders of the client; those that it closed are forgotten."""
        uris = [folder.uri for folder in self.workspace.folders.values()]
        if not uris and self.workspace.root_uri:
            uris = [self.workspace.root_uri]
        roots = [Path(path) for path in map(to_fs_path, uris) if path and _is_worked_in(path)]
        if roots and not self._folders:
            os.chdir(roots[0])  # files are named as on the command line there
            self._home = str(roots[0])
        for name in self._folders.keys() - set(map(str, roots)):
            self._folders.pop(name).close()
        for root in roots:
            if str(root) not in self._folders and root.is_dir():
                self._open(root, root)

    def configure(self, given: object) -> None:
        """Take over settings of the editor."""
        try:
            self.options = self.options.with_settings(given)
        except MeshctlError as error:
            self.complain(error)
            return
        for folder in self._folders.values():
            folder.configure(self.options)

    def folder_of(self, path: str) -> Folder:
        """Find the folder of a file by its real path; one outside of all is a folder of its own."""
        holders = [folder for folder in self._folders.values() if folder.holds(path)]
        if holders:
            return max(holders, key=lambda folder: len(str(folder.root)))
        return self._open(Path(path).parent, Path(path))

    def put(self, document: types.TextDocumentItem | types.VersionedTextDocumentIdentifier) -> None:
        """Take over the text of a document that is open, and analyse it."""
        path = real_path(document.uri)
        if path is None:
            return
        self._go_home()
        text = self.workspace.get_text_document(document.uri).source
        self.buffers[path] = Buffer(document.uri, document.version, text)
        self.folder_of(path).changed(path)

    def drop(self, uri: str) -> None:
        """Forget a document that was closed: what is on disk counts again."""
        path = real_path(uri)
        if path is None or self.buffers.pop(path, None) is None:
            return
        self.folder_of(path).tree_changed()

    def opened(self, uri: str) -> Opened | None:
        """Find a document that is open; ``None`` for one that isn't, or that is no file."""
        path = real_path(uri)
        buffer = self.buffers.get(path) if path is not None else None
        if path is None or buffer is None:
            return None
        folder = self.folder_of(path)
        return Opened(buffer, folder, folder.name_of(path))

    def asked(self, opened: Opened, at: types.Position) -> Asked | None:
        """Find the word at a place of a document."""
        line = LinesOf(opened.buffer.text)(at.line + 1)
        return ask(opened, at.line, characters(line, at.character, self.encoding))

    def asked_in(self, uri: str, at: types.Position) -> Asked | None:
        """Find the word at a place of a document that is open."""
        opened = self.opened(uri)
        return self.asked(opened, at) if opened is not None else None

    def folders(self) -> list[Folder]:
        """List the folders that are open."""
        return list(self._folders.values())

    def files_changed(self, uris: list[str]) -> None:
        """Look for files anew; a config file is read anew."""
        self._go_home()
        paths = {path for path in map(real_path, uris) if path is not None}
        is_config = any(Path(path).name in _CONFIGS for path in paths)
        for folder in self._folders.values():
            if is_config:
                folder.configure(self.options)
            elif any(map(folder.holds, paths)):
                folder.tree_changed()

    def complain(self, error: MeshctlError) -> None:
        """Tell the user what cannot be done."""
        message = types.ShowMessageParams(types.MessageType.Error, f"meshctl: {error}")
        self.window_show_message(message)

    def show_text(self, title: str, text: str) -> None:
        """Open a text beside the manifests, in a client that can show one."""
        window = self.client_capabilities.window
        if window is None or window.show_document is None or not window.show_document.support:
            return
        params = types.ShowDocumentParams(self.pages.write(title, text), take_focus=True)
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self.window_show_document, params)

    def diagnostics_for(self, folder: Folder) -> Diagnostics:
        """Make what makes diagnostics for the files of a folder."""
        known: dict[str, LinesOf] = {}

        def lines(file: str) -> LinesOf:
            if file not in known:
                known[file] = folder.lines(file)
            return known[file]

        page = partial(self.pages.address, site=folder.settings.docs_url)
        return Diagnostics(self.encoding, self.uri_of, lines, page)

    def uri_of(self, file: str) -> str:
        """Name a file as the client does."""
        buffer = self._buffer_of(file)
        if buffer is not None:
            return buffer.uri
        return str(from_fs_path(os.path.normpath(os.path.join(self._home, file))))  # noqa: PTH118

    def _buffer_of(self, file: str) -> Buffer | None:
        """The text of a file in the editor; the folder that it is in may be gone."""
        return self.buffers.get(os.path.realpath(os.path.join(self._home, file)))  # noqa: PTH118

    def _open(self, root: Path, path: Path) -> Folder:
        folder = self._folders[str(path)] = Folder(
            root, (os.path.relpath(path, self._home),), self.options, home=self._home,
            buffers=self._buffers, show=self._show, complain=self.complain, ready=self._is_ready,
        )  # fmt: skip
        return folder

    def _go_home(self) -> None:
        """Work in the folder of that name: another one may have come where the first was deleted."""
        with suppress(OSError):
            os.chdir(self._home)

    def _buffers(self) -> Mapping[str, Buffer]:
        return self.buffers

    def _show(self, folder: Folder, file: str, found: tuple[LocatedFinding, ...]) -> None:
        make = self.diagnostics_for(folder)
        buffer = self._buffer_of(file)
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                self.uri_of(file),
                [make.of(finding) for finding in found],
                buffer.version if buffer is not None else None,
            )
        )

    def _is_ready(self, folder: Folder) -> None:
        """Tell whoever waits that the findings of a folder are those of its texts.

        What no rule could look at, such as a chart without helm, goes to the log, once.
        """
        report = folder.state.answer.report if folder.state is not None else None
        if report is not None:
            gaps = [rule.reason for rule in report.not_checked if rule.rule == EVERY_RULE]
            for reason in set(gaps) - self._told:
                self._told.add(reason)
                message = f"meshctl: not fully checked: {reason}"
                self.window_log_message(types.LogMessageParams(types.MessageType.Warning, message))
            self.protocol.notify(
                "meshctl/analyzed",
                {"folder": folder.root.as_uri(), "findings": len(report.findings)},
            )


def real_path(uri: str) -> str | None:
    """The real path of a file; ``None`` for what is no file, and for what no file can be called."""
    path = to_fs_path(uri)
    return os.path.realpath(path) if path and "\0" not in path else None


def _is_worked_in(path: str) -> bool:
    """Is it a folder that somebody works in, and not a whole disk or a home?"""
    real = Path(os.path.realpath(path))
    return real not in {Path(real.anchor), Path.home()}
