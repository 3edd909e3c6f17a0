"""Finds the files that paths on the command line name."""

import os
import re
import sys
from collections.abc import Collection, Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TextIO

from meshctl.errors import InputError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.regular_files import MOST_BYTES, read_bytes
from meshctl.sources.documents import Problem
from meshctl.sources.placement import UNKNOWN, Gap, Placement
from meshctl.sources.templates import TOP, look

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from meshctl.sources.kustomizations import Kustomization

STDIN = "-"
IGNORE_FILE = ".meshctlignore"
SUFFIXES = frozenset({".yaml", ".yml", ".json"})
MAX_BYTES = MOST_BYTES

_MAGIC = lazy_pattern(r"[*?\[]")
_RELEASE = lazy_pattern(r"istio-[0-9]+\.[0-9]+\.[0-9]+(?:-.*)?")
"""The directory in an archive that Istio releases; ``manifest.yaml`` in it names its parts."""


class File(NamedTuple):
    """A file to read, whether the user named it (and no directory), and how it is applied."""

    name: str
    named: bool
    placement: Placement = UNKNOWN


class Found(NamedTuple):
    """The files of some paths in order, each once, and what was passed over on the way."""

    files: list[File]
    problems: list[Problem]
    gaps: list[Gap]
    charts: list[str]
    """The directories of charts, in the order of the walk."""
    kustomizations: "list[Kustomization]"
    ignored: Sequence[str] = ()
    """The directories and files that ``.meshctlignore`` files name."""


def find(paths: Sequence[str], unsaved: Collection[str] = ()) -> Found:
    """Resolve files, directories (recursively), globs the shell left alone, and ``-``.

    In directories hidden names, the code of others (``node_modules``, Go's ``vendor``, an unpacked
    release of Istio) and what ``.meshctlignore`` files name are left out, and so is what must be
    rendered first. ``unsaved`` are real paths of texts in editors, which
    count as files. A path that does not exist raises ``InputError``.
    """
    search = _Search(unsaved)
    for path in paths:
        try:
            search.add(path)
        except OSError as error:
            raise unreadable_input(path, error) from None
    charts = [chart.place for chart in search.charts]
    files = [*search.files.values()]
    gaps = search.charts
    if search.kustomizations:
        from meshctl.sources.kustomizations import place  # noqa: PLC0415 - few inputs have one

        placed = place(search.kustomizations)
        gaps = [*search.charts, *placed.gaps]
        files = [
            file._replace(placement=placed.placements.get(real, UNKNOWN))
            for real, file in search.files.items()
            if file.named or real not in placed.patches
        ]
    return Found(files, search.problems, gaps, charts, search.kustomizations, search.ignored)


def read(file: File, stdin: TextIO | BinaryIO | None = None) -> bytes:
    """Read a file, or stdin for ``-``, up to one byte above ``MAX_BYTES``."""
    if file.name == STDIN:
        content = (stdin or sys.stdin.buffer).read(MAX_BYTES + 1)
        return content.encode(errors="surrogateescape") if isinstance(content, str) else content
    return read_bytes(file.name, MAX_BYTES)


def unreadable_input(name: str, error: OSError) -> InputError:
    """Say that a path the user named cannot be read."""
    advice = "correct its permissions" if isinstance(error, PermissionError) else "check the path"
    return InputError(f"{name} cannot be read: {error.strerror}; {advice}")


def unreadable(name: str, error: OSError) -> Problem:
    """Say that a file or directory below a named directory cannot be read."""
    what = "directory" if Path(name).is_dir() else "file"
    message = f"the {what} cannot be read: {error.strerror}; correct its permissions, or name it in"
    return Problem("unreadable-file", f"{message} {IGNORE_FILE}", name, TOP)


class _IgnoreFile(NamedTuple):
    directory: Path
    patterns: "GitIgnoreSpec"


class _Search:
    """The files found so far, by their real path."""

    def __init__(self, unsaved: Collection[str]) -> None:
        self._unsaved: dict[str, set[str]] = {}
        for path in unsaved:
            directory, _, name = path.rpartition(os.sep)
            self._unsaved.setdefault(directory, set()).add(name)
        self.files: dict[str, File] = {}
        self.charts: list[Gap] = []
        self.kustomizations: list[Kustomization] = []
        self.problems: list[Problem] = []
        self.ignored: list[str] = []
        self._visited: set[str] = set()

    def add(self, argument: str) -> None:
        """Add what one argument names."""
        path = Path(argument)
        if not argument:
            raise InputError(
                "an empty path names nothing; leave it out, or write . for this directory"
            )
        if argument in {STDIN, "/dev/stdin"}:
            self.files.setdefault(STDIN, File(STDIN, named=True))
        elif path.is_dir():
            self._walk(path)
        elif path.exists():
            self._add_file(path, os.path.realpath(path), named=True)
        elif _MAGIC.search(argument):
            self._expand(path)
        else:
            raise InputError(
                f"{argument} does not exist; check the path, or start meshctl in the directory "
                "that it starts from"
            )

    def _add_file(self, path: Path, real: str, *, named: bool) -> None:
        known = self.files.get(real, File(str(path), named))
        self.files[real] = File(known.name, known.named or named)

    def _expand(self, pattern: Path) -> None:
        fixed = list(takewhile(lambda part: not _MAGIC.search(part), pattern.parts))
        rest = pattern.relative_to(Path(*fixed))
        try:
            matches = sorted(Path(*fixed).glob(str(rest)))
        except ValueError as error:
            raise InputError(f"{pattern} is no pattern: {error}; correct it") from None
        matches = [m for m in matches if not any(map(_is_skipped, m.parts[len(fixed) :]))]
        if not matches:
            raise InputError(f"{pattern} matches nothing; check the pattern")
        for match in matches:
            if match.is_dir():
                self._walk(match)
            elif match.suffix in SUFFIXES:
                self._add_file(match, os.path.realpath(match), named=True)

    def _walk(self, root: Path) -> None:
        """Add the files below a directory, those of each directory before those further down."""
        ignores: list[_IgnoreFile] = []
        if ".." not in root.parts:
            ignores = _with_ignore_file(ignores, Path.cwd() if root.is_absolute() else Path())
        if _is_ignored(root, ignores):
            ignores = []  # who names a directory that is left out wants it read
        pending = [(root, os.path.realpath(root), ignores)]
        while pending:
            directory, real, ignores = pending.pop()
            if real not in self._visited:
                self._visited.add(real)
                try:
                    ignores = _with_ignore_file(ignores, directory)
                    below = self._visit(directory, real, ignores)
                    pending += [(path, _real(path, real), ignores) for path in below]
                except OSError as error:
                    self.problems.append(unreadable(str(directory), error))

    def _visit(self, directory: Path, real: str, ignores: list[_IgnoreFile]) -> list[Path]:
        """Add the files in a directory and return the directories in it, the last one first."""
        listed = set(directory.iterdir())
        if self._unsaved:
            names = self._unsaved.get(real, ())
            listed |= {directory / name for name in names}
        paths = [path for path in sorted(listed) if not _is_skipped(path.name)]
        if ignores:
            ignored = {path for path in paths if _is_ignored(path, ignores)}
            paths = [path for path in paths if path not in ignored]
            self.ignored += sorted(
                str(one) for one in ignored if one.suffix in SUFFIXES or one.is_dir()
            )
        unrendered = look(directory, [path.name for path in paths])
        self.charts += unrendered.charts
        self.kustomizations += unrendered.kustomizations
        below: list[Path] = []
        for path in paths:
            if path.name in unrendered.names:
                continue
            if path.is_dir():
                if not _is_of_others(path):
                    below.append(path)
            # A broken link counts as a file, so that reading it says what is wrong.
            elif path.suffix in SUFFIXES and (path.is_file() or not path.exists()):
                self._add_file(path, _real(path, real), named=False)
        return below[::-1]


def _real(path: Path, directory: str) -> str:
    """The real path of what stands in a directory of this real path; few are links."""
    return os.path.realpath(path) if path.is_symlink() else os.path.join(directory, path.name)  # noqa: PTH118


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name == "node_modules"


def _is_of_others(directory: Path) -> bool:
    """Does a directory hold what somebody else has written: Go's modules, a release of Istio?"""
    if directory.name == "vendor":
        return (directory / "modules.txt").is_file()
    return bool(_RELEASE.fullmatch(directory.name)) and (directory / "manifest.yaml").is_file()


def _with_ignore_file(ignores: list[_IgnoreFile], directory: Path) -> list[_IgnoreFile]:
    """Add the ignore file of a directory, if it has one, to those of the directories above."""
    file = directory / IGNORE_FILE
    try:
        lines = read_bytes(file).decode(errors="replace").splitlines()
    except FileNotFoundError:
        return ignores
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - takes 50 ms, and few trees need it

    try:
        return [*ignores, _IgnoreFile(directory, GitIgnoreSpec.from_lines(lines))]
    except (ValueError, re.error) as error:
        raise InputError(f"{file} cannot be read: {error}; correct the pattern") from None


def _is_ignored(path: Path, ignores: list[_IgnoreFile]) -> bool:
    """Ask the nearest ignore file first, as git does; one that mentions the path decides."""
    for directory, patterns in reversed(ignores):
        if path.is_relative_to(directory):
            name = path.relative_to(directory).as_posix() + ("/" if path.is_dir() else "")
            verdict = patterns.check_file(name).include
            if verdict is not None:
                return verdict
    return False
