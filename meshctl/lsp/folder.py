"""One folder of an editor: its files, its settings, and the findings that the editor shows."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from meshctl.engine.analyze import Answer
from meshctl.engine.locations import identify
from meshctl.engine.report import LocatedFinding, ResourceId
from meshctl.engine.workspaces.eager import Eager
from meshctl.engine.workspaces.workspace import OneFile, Workspace
from meshctl.errors import MeshctlError
from meshctl.gate.concerned import Ties
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

    def own(self, name: str) -> set[ResourceId]:
        """Name the objects of a file."""
        resources = self.answer.mesh.resources
        return {identify(resource) for resource in resources if resource.document.file == name}


Show = Callable[["Folder", str, tuple[LocatedFinding, ...]], None]


class Folder:
    """A folder with what it holds; ``paths`` are what is analysed, as reports name it.

    They are relative to ``home``, which may be gone. ``buffers`` gives the texts in the editor by their real path. ``show`` is called with a file
    whose findings are others now; ``complain`` with what cannot be done.
    """

    def __init__(  # noqa: PLR0913 - what it is, and whom it tells
        self, root: Path, paths: tuple[str, ...], options: Options, *, home: str,
        buffers: Callable[[], Mapping[str, Buffer]], show: Show,
        complain: Callable[[MeshctlError], None], ready: Callable[["Folder"], None],
    ) -> None:  # fmt: skip
        self.root = root
        self.state: State | None = None
        self._paths = paths
        self._home = home
        self._buffers = buffers
        self._show = show
        self._complain = complain
        self._ready = ready
        self._changed = ""
        self._shown: dict[str, tuple[LocatedFinding, ...]] = {}
        self._workspace: Workspace | None = None
        self._one_file: OneFile | None = None
        self.config: Path | None = None
        self.settings = Settings()
        self._rounds = Rounds(self._begin, self._done, complain, self._rest)
        self.configure(options)

    def configure(self, options: Options) -> None:
        """Read the settings anew; those of before hold on where that fails."""
        try:
            self.settings, self.config = options.settings_for(self.root)
            self._workspace = Workspace(self._paths, self.settings, ties=Ties())
            self._one_file = OneFile(self.settings)
        except MeshctlError as error:
            self._complain(error)
            return
        self._rounds.ask()

    def holds(self, path: str) -> bool:
        """Is a file, by its real path, one of this folder?"""
        return any(
            path == real or path.startswith(real.rstrip(os.sep) + os.sep)
            for real in map(self._real, self._paths)
        )

    def name_of(self, path: str) -> str:
        """The name that a file has in findings, by its real path; without an analysis its path."""
        names = self.state.names if self.state is not None else {}
        return names.get(path, path)

    def changed(self, path: str = "") -> None:
        """Have everything analysed anew, and say at once what is wrong with one text alone."""
        if path:
            self._changed = path
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

    def is_current(self, file: str) -> bool:
        """Is the text of a file the one that was analysed last?"""
        path = self._real(file)
        buffer = self._buffers().get(path)
        known = self.state.buffers.get(path) if self.state is not None else None
        return self.state is not None and (buffer.text if buffer is not None else None) == known

    def lines(self, file: str) -> LinesOf:
        """The text of a file: that in the editor, else that on disk; empty where it is neither."""
        buffer = self._buffers().get(self._real(file))
        if buffer is not None:
            return LinesOf(buffer.text)
        try:
            return LinesOf(Path(file).read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return LinesOf("")

    def _real(self, file: str) -> str:
        """The real path of a file; without a look at the working directory, which may be gone."""
        return os.path.realpath(os.path.join(self._home, file))  # noqa: PTH118 - a text

    def _begin(self) -> Callable[[GoOn], State]:
        texts = {path: buffer.text for path, buffer in self._buffers().items() if self.holds(path)}
        path = self._changed if self._changed in texts else ""
        name = self.name_of(path) if path else ""
        loop = asyncio.get_running_loop()

        def tell(found: Sequence[LocatedFinding]) -> None:
            loop.call_soon_threadsafe(self._say_early, path, texts[path], tuple(found))

        return partial(self._analyze, self._workspace, texts, Eager(file=name, tell=tell))

    def _rest(self) -> bool:
        """Have everything asked anew while nobody types, where something was taken over before."""
        return self._workspace is not None and self._workspace.forget_answers()

    @staticmethod
    def _analyze(
        workspace: Workspace | None, texts: dict[str, str], eager: Eager, go_on: GoOn
    ) -> State:
        if workspace is None:
            raise MeshctlError("there are no settings that can be used")
        answer = workspace.analyze(texts, eager._replace(go_on=go_on))
        return State(answer, texts, workspace.names())

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
        alone = one_file.findings(name, buffer.text)
        rest = [
            finding
            for finding in self._known(name, path, buffer.text)
            if not one_file.says(finding)
        ]
        self._publish(name, tuple(sorted((*alone, *rest), key=_place)))

    def _say_early(self, path: str, text: str, found: tuple[LocatedFinding, ...]) -> None:
        """Show what was found about the objects of one file, before the rest is asked."""
        state, one_file = self.state, self._one_file
        buffer = self._buffers().get(path)
        if state is None or one_file is None or buffer is None or buffer.text != text:
            return
        name = self.name_of(path)
        alone = [finding for finding in one_file.findings(name, text) if not finding.resource.kind]
        own_objects = state.own(name)
        others = [
            finding
            for finding in self._known(name, path, text)
            if (
                finding.resource not in own_objects
                if finding.resource.kind
                else not one_file.says(finding)
            )
        ]
        own = [finding for finding in found if finding.location.file == name]
        self._publish(name, tuple(sorted((*alone, *own, *others), key=_place)))

    def _known(self, name: str, path: str, text: str) -> list[LocatedFinding]:
        """The findings of a file from the last analysis, on the lines that they have now."""
        if self.state is None:
            return []
        known = [
            found for found in self.state.answer.report.findings if found.location.file == name
        ]
        old = self.state.buffers.get(path)
        return [*moved(known, old, text)] if old is not None else known

    def _publish(self, file: str, found: tuple[LocatedFinding, ...]) -> None:
        if self._shown.get(file, ()) == found:
            return
        self._shown[file] = found
        if not found:
            del self._shown[file]
        self._show(self, file, found)


def _place(found: LocatedFinding) -> tuple[int, int, str]:
    return found.location.line, found.location.column, found.rule
