"""Reads manifests as they are in a revision of a git repository, without touching its files."""

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from meshctl.errors import InputError
from meshctl.settings import Rendering
from meshctl.sources.loader import Loaded, load
from meshctl.words import quoted

PREFIX = "git:"


def is_revision(name: str) -> bool:
    """Does a name stand for a revision: ``git:REV`` or ``git:REV:PATH``?"""
    return name.startswith(PREFIX)


def load_revision(name: str) -> Loaded:
    """Load what ``git:REV[:PATH]`` holds; files are called as they are there.

    The path counts from this directory, as everywhere; without one it is this directory.
    """
    revision, _, path = name.removeprefix(PREFIX).partition(":")
    if not revision or revision.startswith("-"):
        raise InputError(f"{quoted(name)} names no revision; write git:REV or git:REV:PATH")
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    archive = _git("archive", "--format=tar", commit, "--", path or ".")
    with TemporaryDirectory() as directory:
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(directory, filter="data")
        loaded = load([str(Path(directory) / path)])
    return _renamed(loaded, directory, f"{PREFIX}{revision}:")


@contextmanager
def earlier(revision: str, paths: Sequence[str], rendering: Rendering) -> Iterator[Loaded]:
    """Load what some paths held in a revision, with problems named as they are named today.

    Charts and kustomizations are rendered from what they were then; the texts that they were made
    of are there as long as the context is. Paths that were not there then hold nothing.
    """
    if not revision or revision.startswith("-"):
        raise InputError(f"{quoted(revision)} names no revision; git log lists them")
    top = os.path.realpath(_git("rev-parse", "--show-toplevel").decode().strip())
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}").decode().strip()
    archive = _git("-C", top, "archive", "--format=tar", commit)
    with TemporaryDirectory() as made:
        directory = os.path.realpath(made)
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(directory, filter="data")
        then = [_moved(path, top, directory) for path in paths]
        for path, old in zip(paths, then, strict=True):
            if old == path:
                raise InputError(f"{quoted(path)} is not in the repository {top}; name what is")
        there = [path for path in then if os.path.lexists(path)]
        loaded = load(there, rendering=_rendering_then(rendering, top, directory))
        pairs = [(old, path) for path, old in zip(paths, then, strict=True)]
        yield loaded._replace(
            problems=[
                one._replace(message=_named_today(one.message, pairs)) for one in loaded.problems
            ]
        )


def _moved(path: str, top: str, directory: str) -> str:
    """Where a path of the repository is in a copy of it; others stay."""
    inside = os.path.relpath(os.path.realpath(path), top)
    is_out = inside == os.pardir or inside.startswith(os.pardir + os.sep)
    return path if is_out else os.path.normpath(os.path.join(directory, inside))  # noqa: PTH118


def _rendering_then(rendering: Rendering, top: str, directory: str) -> Rendering:
    def moved(paths: Sequence[str]) -> tuple[str, ...]:
        return tuple(_moved(path, top, directory) for path in paths)

    return rendering._replace(
        values=moved(rendering.values),
        releases=tuple(
            one._replace(chart=_moved(one.chart, top, directory), values=moved(one.values))
            for one in rendering.releases
        ),
    )


def _named_today(message: str, pairs: Sequence[tuple[str, str]]) -> str:
    for old, path in pairs:
        message = message.replace(old, path)
    return message


def _renamed(loaded: Loaded, directory: str, prefix: str) -> Loaded:
    """Call files as they are in the revision, and not as they were for a moment."""
    names: dict[str, str] = {}

    def name(file: str) -> str:
        if file not in names:
            names[file] = f"{prefix}{file.removeprefix(directory).lstrip('/')}"
        return names[file]

    for document in loaded.documents:
        document.file = name(document.file)
    return loaded._replace(problems=[one._replace(file=name(one.file)) for one in loaded.problems])


def _git(*words: str) -> bytes:
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False)
    except OSError as error:
        raise InputError(f"cannot run git: {error.strerror}; name a path instead") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or "there is no such revision"
        raise InputError(f"git {words[0]}: {said}; git log lists the revisions")
    return done.stdout
