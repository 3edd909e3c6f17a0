"""Which files do the paths on the command line name?"""

import os
import re
import sys
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TextIO

from meshctl.errors import InputError
from meshctl.sources.documents import Problem
from meshctl.sources.unrendered import TOP, look

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

STDIN = "-"
IGNORE_FILE = ".meshctlignore"
SUFFIXES = (".yaml", ".yml", ".json")
MAX_BYTES = 256_000_000
"""Size of one file; a mesh of 100,000 resources has some 120 MB."""

_MAGIC = re.compile(r"[*?\[]")


class File(NamedTuple):
    """A file to read, and whether the user named it (or a directory that holds it)."""

    name: str
    named: bool


class Found(NamedTuple):
    """The files of some paths in order, each once, and what was passed over on the way."""

    files: list[File]
    problems: list[Problem]


def find(paths: Sequence[str]) -> Found:
    """Resolve files, directories (recursively), globs the shell left alone, and ``-``.

    In directories hidden names, ``node_modules`` and what ``.meshctlignore`` files name are left
    out, and so is what must be rendered first. A path that does not exist raises ``InputError``.
    """
    search = _Search()
    for path in paths:
        search.add(path)
    files = [
        file for real, file in search.files.items() if file.named or real not in search.patches
    ]
    return Found(files, search.problems)


def read(file: File, stdin: TextIO | BinaryIO | None = None) -> bytes:
    """Read a file, or stdin for ``-``, up to one byte above ``MAX_BYTES``."""
    if file.name == STDIN:
        content = (stdin or sys.stdin.buffer).read(MAX_BYTES + 1)
        return content.encode(errors="surrogateescape") if isinstance(content, str) else content
    with open(file.name, "rb") as stream:
        return stream.read(MAX_BYTES + 1)


class _IgnoreFile(NamedTuple):
    directory: str
    patterns: "GitIgnoreSpec"


class _Search:
    """The files found so far, by their real path."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.patches: set[str] = set()
        self.problems: list[Problem] = []
        self._visited: set[str] = set()

    def add(self, path: str) -> None:
        """Add what one argument names."""
        name = str(PurePath(path))
        if path == STDIN:
            self.files.setdefault(STDIN, File(STDIN, named=True))
        elif os.path.isdir(name):
            self._walk(name)
        elif os.path.exists(name):
            self._add_file(name, named=True)
        elif _MAGIC.search(name):
            self._expand(name)
        else:
            raise InputError(
                f"{path} does not exist; check the path, or start meshctl in the directory "
                "that it starts from"
            )

    def _add_file(self, name: str, *, named: bool) -> None:
        real = os.path.realpath(name)
        known = self.files.get(real, File(name, named))
        self.files[real] = File(known.name, known.named or named)

    def _expand(self, pattern: str) -> None:
        parts = PurePath(pattern).parts
        fixed = list(takewhile(lambda part: not _MAGIC.search(part), parts))
        try:
            matches = sorted(Path(*fixed).glob(str(PurePath(*parts[len(fixed) :]))))
        except (ValueError, OSError) as error:
            raise InputError(f"the pattern {pattern} cannot be read: {error}; correct it") from None
        matches = [m for m in matches if not any(map(_is_skipped, m.parts[len(fixed) :]))]
        for match in matches:
            if match.is_dir():
                self._walk(str(match))
            elif match.suffix in SUFFIXES:
                self._add_file(str(match), named=True)
        if not matches:
            raise InputError(f"{pattern} matches nothing; check the pattern")

    def _walk(self, root: str) -> None:
        """Add the files below a directory, those of each directory before those further down."""
        pending = [(root, _with_ignore_file([], os.curdir))]
        while pending:
            directory, ignores = pending.pop()
            real = os.path.realpath(directory)
            if real in self._visited:
                continue
            self._visited.add(real)
            ignores = _with_ignore_file(ignores, directory)
            try:
                names = [n for n in sorted(os.listdir(directory)) if not _is_skipped(n)]
            except OSError as error:
                self.problems.append(unreadable(directory, error))
                continue
            names = [n for n in names if not _is_ignored(os.path.join(directory, n), ignores)]
            unrendered = look(directory, names)
            self.problems += unrendered.problems
            self.patches |= unrendered.patches
            below = [
                path
                for name in names
                if name not in unrendered.names
                and self._is_directory(path := _join(directory, name))
            ]
            pending += [(path, ignores) for path in reversed(below)]

    def _is_directory(self, path: str) -> bool:
        """Tell whether to walk a path; a file to read is added at once."""
        if os.path.isdir(path):
            return True
        # A broken link is added too, so that reading it says what is wrong.
        if path.endswith(SUFFIXES) and (os.path.isfile(path) or not os.path.exists(path)):
            self._add_file(path, named=False)
        return False


def unreadable(path: str, error: OSError) -> Problem:
    """Say that a file or directory below a named directory cannot be read."""
    message = f"cannot be read: {error.strerror}; correct its permissions, or ignore it by name"
    return Problem("unreadable-file", f"{message} in {IGNORE_FILE}", path, TOP)


def _join(directory: str, name: str) -> str:
    return name if directory == os.curdir else os.path.join(directory, name)


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name == "node_modules"


def _with_ignore_file(ignores: list[_IgnoreFile], directory: str) -> list[_IgnoreFile]:
    """Add the ignore file of a directory, if there is one, to those of the directories above."""
    try:
        with open(os.path.join(directory, IGNORE_FILE), encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return ignores
    from pathspec import GitIgnoreSpec  # noqa: PLC0415 - costs 50 ms, and few trees need it

    return [*ignores, _IgnoreFile(os.path.abspath(directory), GitIgnoreSpec.from_lines(lines))]


def _is_ignored(path: str, ignores: list[_IgnoreFile]) -> bool:
    """Ask the ignore files from the nearest up, as git does; the first to mention a path decides."""
    if not ignores:
        return False
    path = os.path.abspath(path) + (os.sep if os.path.isdir(path) else "")
    for directory, patterns in reversed(ignores):
        prefix = directory.rstrip(os.sep) + os.sep
        if path.startswith(prefix):
            verdict = patterns.check_file(path.removeprefix(prefix)).include
            if verdict is not None:
                return verdict
    return False
