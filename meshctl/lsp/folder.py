"""One folder of an editor: its files, its settings, and the findings that the editor shows."""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from meshctl.engine.analyze import Answer
from meshctl.engine.report import LocatedFinding
from meshctl.engine.workspace import OneFile, Workspace
from meshctl.errors import MeshctlError
from meshctl.lsp.moved import moved
from meshctl.lsp.options import Options
from meshctl.lsp.positions import LinesOf
from meshctl.lsp.rounds import GoOn, Rounds
from meshctl.settings import Settings


class Buffer(NamedTuple):
    """A text that is open in the editor."""

    uri: str
    version: int | None
    text: str


class State(NamedTuple):
    """What is known after an analysis: its answer, and the texts of editors that it is about."""

    answer: Answer
    buffers: Mapping[str, str]
    names: Mapping[str, str]
    """The names of files in findings, by their real path."""


Show = Callable[["Folder", str, tuple[LocatedFinding, ...]], None]


class Folder:
    """A folder with what it holds; ``paths`` are what is analysed, as reports name it.

    ``buffers`` gives the texts in the editor by their real path. ``show`` is called with a file
    whose findings are others now; ``complain`` with what cannot be done.
    """

    def __init__(  # noqa: PLR0913 - what it is, and whom it tells
        self, root: Path, paths: tuple[str, ...], options: Options, *,
        buffers: Callable[[], Mapping[str, Buffer]], show: Show,
        complain: Callable[[MeshctlError], None], ready: Callable[["Folder"], None],
    ) -> None:  # fmt: skip
        self.root = root
        self.state: State | None = None
        self._paths = paths
        self._buffers = buffers
        self._show = show
        self._complain = complain
        self._ready = ready
        self._shown: dict[str, tuple[LocatedFinding, ...]] = {}
        self._workspace: Workspace | None = None
        self._one_file: OneFile | None = None
        self.config: Path | None = None
        self.settings = Settings()
        self._rounds = Rounds(self._begin, self._done, complain)
        self.configure(options)

    def configure(self, options: Options) -> None:
        """Read the settings anew; those of before hold on where that fails."""
        try:
            self.settings, self.config = options.settings_for(self.root)
            self._workspace = Workspace(self._paths, self.settings)
            self._one_file = OneFile(self.settings)
        except MeshctlError as error:
            self._complain(error)
            return
        self._rounds.ask()

    def holds(self, path: str) -> bool:
        """Is a file, by its real path, one of this folder?"""
        return any(
            path == real or path.startswith(real.rstrip(os.sep) + os.sep)
            for real in map(os.path.realpath, self._paths)
        )

    def name_of(self, path: str) -> str:
        """The name that a file has in findings, by its real path; without an analysis its path."""
        names = self.state.names if self.state is not None else {}
        return names.get(path, path)

    def changed(self, path: str = "") -> None:
        """Have everything analysed anew, and say at once what is wrong with one text alone."""
        if path:
            self._say_at_once(path)
        self._rounds.ask()

    def tree_changed(self) -> None:
        """Look for files anew, and analyse."""
        if self._workspace is not None:
            self._workspace.forget_tree()
        self._rounds.ask()

    def close(self) -> None:
        """Stop, and take back what is shown."""
        self._rounds.close()
        for file in [*self._shown]:
            self._publish(file, ())

    def shown(self, file: str) -> tuple[LocatedFinding, ...]:
        """The findings that the editor shows of a file."""
        return self._shown.get(file, ())

    def lines(self, file: str) -> LinesOf:
        """The text of a file: that in the editor, else that on disk; empty where it is neither."""
        buffer = self._buffers().get(os.path.realpath(file))
        if buffer is not None:
            return LinesOf(buffer.text)
        try:
            return LinesOf(Path(file).read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return LinesOf("")

    def _begin(self) -> Callable[[GoOn], State]:
        texts = {path: buffer.text for path, buffer in self._buffers().items() if self.holds(path)}
        return partial(self._analyze, self._workspace, texts)

    @staticmethod
    def _analyze(workspace: Workspace | None, texts: dict[str, str], go_on: GoOn) -> State:
        if workspace is None:
            raise MeshctlError("there are no settings that can be used")
        return State(workspace.analyze(texts, go_on), texts, workspace.names())

    def _done(self, state: State) -> None:
        self.state = state
        by_file: dict[str, list[LocatedFinding]] = {file: [] for file in self._shown}
        for found in state.answer.report.findings:
            by_file.setdefault(found.location.file, []).append(found)
        for file, several in by_file.items():
            self._publish(file, tuple(several))
        self._ready(self)

    def _say_at_once(self, path: str) -> None:
        """Show what is wrong with a text alone, beside what is known of it from the last analysis."""
        state, one_file = self.state, self._one_file
        name = state.names.get(path) if state is not None else None
        buffer = self._buffers().get(path)
        if state is None or one_file is None or name is None or buffer is None:
            return
        known = [
            found
            for found in state.answer.report.findings
            if found.location.file == name and not one_file.says(found)
        ]
        old = state.buffers.get(path)
        rest = moved(known, old, buffer.text) if old is not None else known
        alone = one_file.findings(name, buffer.text)
        self._publish(name, tuple(sorted((*alone, *rest), key=_place)))

    def _publish(self, file: str, found: tuple[LocatedFinding, ...]) -> None:
        if self._shown.get(file, ()) == found:
            return
        self._shown[file] = found
        if not found:
            del self._shown[file]
        self._show(self, file, found)


def _place(found: LocatedFinding) -> tuple[int, int, str]:
    return found.location.line, found.location.column, found.rule
