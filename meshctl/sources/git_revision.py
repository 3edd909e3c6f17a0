"""Reads manifests as they are in a revision of a git repository, without touching its files."""

import io
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from meshctl.errors import InputError
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
