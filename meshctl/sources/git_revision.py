"""Reads manifests as they are in a revision of a git repository, without touching its files."""

import io
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from meshctl.errors import InputError
from meshctl.settings import ClusterSource, Rendering
from meshctl.sources.loader import Loaded, load
from meshctl.words import quoted

PREFIX = "git:"


class _GitError(InputError):
    """What git refuses, in its own words, which may be none."""

    def __init__(self, word: str, said: str) -> None:
        self.said = said
        if "not a git repository" in said:
            super().__init__("this directory is in no git repository; go to one that is")
            return
        super().__init__(f"git {word}: {said or 'it fails'}; git log lists the revisions")


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
    archive = _archive(_commit(revision), revision, path or ".")
    with TemporaryDirectory() as directory:
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(directory, filter="data")
        loaded = load([str(Path(directory) / path)])
    return _renamed(loaded, directory, f"{PREFIX}{revision}:")


def ends_of(revisions: str) -> tuple[str, str | None]:
    """Part ``A..B`` into its ends, and a revision alone into itself and no end.

    An end that is left out is HEAD; ``A...B`` begins where B left A, as in ``git diff``.
    """
    first, dots, last = revisions.partition("..")
    if not dots:
        return revisions, None
    first, is_forked = first or "HEAD", last.startswith(".")
    last = last.removeprefix(".") or "HEAD"
    if is_forked:
        commits = _commit(first), _commit(last)
        first = _git("merge-base", *commits).decode().strip()
    return first, last


@contextmanager
def standing_in(
    revision: str, paths: Sequence[str]
) -> Iterator[tuple[list[str], Callable[[str], str]]]:
    """Work in a copy of a revision, at the place of this directory, until the context ends.

    Gives the paths that are there, as they are named from here, and what tells where a path of the
    repository is in the copy.
    """
    top = _top()
    here = os.path.realpath(Path.cwd())
    with _unpacked(revision, top) as directory:
        place = _moved(here, top, directory)
        Path(place).mkdir(parents=True, exist_ok=True)  # this directory may be younger
        os.chdir(place)
        try:
            there = [one for one in _from(here, paths) if os.path.lexists(one)]
            yield there, lambda path: _moved(path, top, directory)
        finally:
            os.chdir(here)


def _from(here: str, paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        yield os.path.relpath(path, here) if Path(path).is_absolute() else path


def _top() -> str:
    return os.path.realpath(_git("rev-parse", "--show-toplevel").decode().strip())


def _commit(revision: str) -> str:
    if not revision or revision.startswith("-"):
        raise InputError(f"{quoted(revision)} names no revision; git log lists them")
    try:
        found = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except _GitError as error:
        if error.said:
            raise
        raise InputError(
            f"git has no revision {quoted(revision)}; git log and git branch -a list them"
        ) from None
    return found.decode().strip()


def _archive(commit: str, revision: str, path: str) -> bytes:
    try:
        return _git("archive", "--format=tar", commit, "--", path)
    except _GitError as error:
        if "pathspec" not in error.said:
            raise
        here = f" (below {Path.cwd().name}/)" if Path.cwd() != Path(_top()) else ""
        raise InputError(
            f"revision {quoted(revision)} has no {quoted(path)}{here}; the path counts from this "
            f"directory, and git ls-tree -r --name-only {revision} lists what is there"
        ) from None


@contextmanager
def _unpacked(revision: str, top: str) -> Iterator[str]:
    """Unpack a revision into a directory, which is known as the repository that it is of."""
    archive = _git("-C", top, "archive", "--format=tar", _commit(revision))
    with TemporaryDirectory() as made:
        directory = os.path.realpath(made)
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(directory, filter="data")
        (Path(directory) / ".git").mkdir()
        names = "".join(f'[remote "of"]\n\turl = {url}\n' for url in _remotes(top))
        (Path(directory) / ".git/config").write_text(names)
        yield directory


def _remotes(top: str) -> list[str]:
    said = _git("-C", top, "remote", "-v").decode(errors="replace")
    return list(dict.fromkeys(line.split()[1] for line in said.splitlines() if line.split()[1:]))


@contextmanager
def earlier(
    revision: str, paths: Sequence[str], rendering: Rendering,
    clusters: Sequence[ClusterSource] = (),
) -> Iterator[Loaded]:  # fmt: skip
    """Load what some paths held in a revision, with problems named as they are named today.

    Charts and kustomizations are rendered from what they were then; the texts that they were made
    of are there as long as the context is. Paths that were not there then hold nothing.
    """
    top = _top()
    with _unpacked(revision, top) as directory:
        then = [_moved(path, top, directory) for path in paths]
        for path, old in zip(paths, then, strict=True):
            if old == path:
                raise InputError(f"{quoted(path)} is not in the repository {top}; name what is")
        there = [path for path in then if os.path.lexists(path)]
        then_rendered = _rendering_then(rendering, top, directory)
        loaded = _loaded(there, then_rendered, _clusters_then(clusters, top, directory))
        pairs = [(old, path) for path, old in zip(paths, then, strict=True)]
        yield loaded._replace(
            problems=[
                problem._replace(message=_named_today(problem.message, pairs))
                for problem in loaded.problems
            ]
        )


def _loaded(
    paths: Sequence[str], rendering: Rendering, clusters: Sequence[ClusterSource]
) -> Loaded:
    loaded = load(paths, rendering=rendering)
    if not clusters:
        return loaded
    from meshctl.sources.clusters import asked_clusters  # noqa: PLC0415 - few meshes have several

    return asked_clusters(loaded, paths, clusters, partial(load, rendering=rendering), None)


def _clusters_then(
    clusters: Sequence[ClusterSource], top: str, directory: str
) -> list[ClusterSource]:
    """The clusters with the paths that were there then."""
    found = []
    for cluster in clusters:
        paths = (_moved(path, top, directory) for path in cluster.paths)
        found.append(cluster._replace(paths=tuple(path for path in paths if os.path.lexists(path))))
    return found


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
            release._replace(
                chart=_moved(release.chart, top, directory), values=moved(release.values)
            )
            for release in rendering.releases
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
    return loaded._replace(
        problems=[problem._replace(file=name(problem.file)) for problem in loaded.problems]
    )


def _git(*words: str) -> bytes:
    try:
        done = subprocess.run(["git", *words], capture_output=True, check=False)
    except OSError as error:
        raise InputError(f"cannot run git: {error.strerror}; name a path instead") from None
    if done.returncode:
        raise _GitError(words[0], done.stderr.decode(errors="replace").strip())
    return done.stdout
