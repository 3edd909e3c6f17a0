"""Loads the clusters of a mesh, each from its own paths; what lies beside them is in all of them."""

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.errors import UsageError
from meshctl.settings import ClusterSource
from meshctl.sources.documents import Document
from meshctl.sources.loader import Loaded, Unread
from meshctl.words import quoted


class LoadedCluster(NamedTuple):
    """What is applied in one cluster.

    ``files`` are laid over what is ``live``, which is there for a cluster that was read. One that
    is not ``asked`` about is there for the others.
    """

    name: str
    files: Loaded
    live: Loaded | None = None
    is_asked: bool = True


Load = Callable[[Sequence[str]], Loaded]


def with_clusters(
    loaded: Loaded, sources: Sequence[ClusterSource], asked: Container[str], load: Load,
    read_live: Callable[[str], Loaded] | None = None,
) -> Loaded:  # fmt: skip
    """Add clusters to what is in all of them, and leave out of that what is theirs.

    ``load`` reads paths, ``read_live`` a context of the kubeconfig; ``asked`` are the names of those
    that findings are wanted of. Raises UsageError for two
    clusters of one name.
    """
    names = [source.name for source in sources]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise UsageError(f"there are two clusters {quoted(twice)}; give each a name of its own")
    clusters: list[LoadedCluster] = []
    for source in sources:
        files = _settled(load(source.paths)) if source.paths else Loaded(0, [], [])
        live = read_live(source.context) if source.context and read_live is not None else None
        for part in (files, live):
            if part is not None:
                _place(part, source.name)
        clusters.append(LoadedCluster(source.name, files, live, source.name in asked))
    shared = _without(loaded, [path for source in sources for path in source.paths])
    return _joined(shared, clusters)


def asked_clusters(
    loaded: Loaded, paths: Sequence[str], clusters: Sequence[ClusterSource], load: Load,
    read_live: Callable[[str], Loaded] | None,
) -> Loaded:  # fmt: skip
    """Add the clusters that are known to what was loaded of some paths.

    Those of the config file count where one of them lies at or below a path, or is read live; of
    the others istiod takes Services and endpoints, and nothing is reported.
    """
    asked = frozenset(
        cluster.name
        for cluster in clusters
        if cluster.is_named
        or (cluster.context and read_live is not None)
        or any(is_below(path, paths) for path in cluster.paths)
    )
    if not asked:
        return loaded
    return with_clusters(loaded, clusters, asked, load, read_live)


def _settled(loaded: Loaded) -> Loaded:
    """Apply all overlays of a cluster together, unless one of them says what another one says."""
    seen: set[tuple[str, ...]] = set()
    for world in loaded.worlds:
        own = {_identity(document) for document in world.documents}
        if own & seen:
            return loaded
        seen |= own
    several = [document for world in loaded.worlds for document in world.documents]
    return loaded._replace(documents=[*loaded.documents, *several], worlds=())


def _identity(document: Document) -> tuple[str, ...]:
    data = document.data if isinstance(document.data, dict) else {}
    meta = data.get("metadata")
    names = (meta.get("namespace"), meta.get("name")) if isinstance(meta, dict) else ()
    return tuple(map(str, (data.get("kind"), *names)))


def _place(loaded: Loaded, cluster: str) -> None:
    for document in _documents(loaded):
        document.placement = document.placement._replace(cluster=cluster)


def _documents(loaded: Loaded) -> Iterable[Document]:
    yield from loaded.documents
    for world in loaded.worlds:
        yield from world.documents


def is_below(path: str, tops: Sequence[str]) -> bool:
    """Does a path lie at or below one of some others?"""
    real = os.path.realpath(path)
    return any(
        real == top or real.startswith(top.rstrip(os.sep) + os.sep)
        for top in map(os.path.realpath, tops)
    )


def _without(loaded: Loaded, paths: Sequence[str]) -> Loaded:
    """Leave out what lies at or below some paths."""
    known: dict[str, bool] = {}

    def is_left(file: str) -> bool:
        if file not in known:
            known[file] = not is_below(file, paths)
        return known[file]

    kept = [document for document in loaded.documents if is_left(document.file)]
    gone = {document.file for document in loaded.documents if not is_left(document.file)}
    return loaded._replace(
        files=loaded.files - len(gone),
        documents=kept,
        problems=[problem for problem in loaded.problems if is_left(problem.file)],
        gaps=tuple(gap for gap in loaded.gaps if is_left(gap.place)),
        worlds=tuple(world for world in loaded.worlds if is_left(world.name)),
        sources=tuple(source for source in loaded.sources if is_left(source.file)),
    )


def _joined(shared: Loaded, clusters: Sequence[LoadedCluster]) -> Loaded:
    """Count and collect what is the same for all clusters: problems, texts, gaps."""
    parts = [shared, *(cluster.files for cluster in clusters)]
    unread: tuple[Unread, ...] = shared.unread
    return shared._replace(
        files=sum(part.files for part in parts),
        problems=list(dict.fromkeys(problem for part in parts for problem in part.problems)),
        unread=unread,
        skipped=sum(part.skipped for part in parts),
        gaps=tuple(dict.fromkeys(gap for part in parts for gap in part.gaps)),
        broken=sum(part.broken for part in parts),
        sources=tuple(_texts(shared, clusters)),
        clusters=tuple(clusters),
    )


def _texts(shared: Loaded, clusters: Sequence[LoadedCluster]) -> Iterator[Document]:
    """Walk the texts that may hold comments, what several clusters have once."""
    yield from shared.sources
    seen: set[tuple[str, int]] = set()
    for cluster in clusters:
        for document in (*cluster.files.sources, *cluster.files.documents):
            if (document.file, document.first_line) not in seen:
                seen.add((document.file, document.first_line))
                yield document
