"""Reads a mesh from files, from a cluster, or from files laid over a cluster."""

from collections.abc import Iterable

from meshctl.cli.options.connect import connect
from meshctl.cli.options.output import progress
from meshctl.cli.options.shared import input_paths
from meshctl.cli.stderr import complain
from meshctl.cluster.api import Access
from meshctl.engine.analyze import analyze, collector_off, load_mesh, unwrap
from meshctl.engine.report import Report
from meshctl.errors import UsageError
from meshctl.mesh import Mesh
from meshctl.output.wording import amount
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded, load
from meshctl.validation.schemas import Schema


def read_mesh(
    paths: list[str] | None, settings: Settings, access: Access | None = None, *,
    cluster: bool = False,
) -> Mesh:  # fmt: skip
    """Read files into a mesh, over a cluster with ``cluster``; complaints go to standard error.

    Without paths it is this directory, or the cluster alone.
    """
    files = read_files(paths, alone=not cluster)
    live = read_live(access or Access(), settings, files) if cluster else None
    return load_mesh(files, settings, live=live)


def read_meshes(
    paths: list[str] | None, settings: Settings, access: Access, *, cluster: bool
) -> tuple[Mesh | None, Mesh]:
    """Read a mesh as ``read_mesh`` does, and what files over a cluster start from."""
    if not (cluster and paths):
        return None, read_mesh(paths, settings, access, cluster=cluster)
    files = read_files(paths, alone=False)
    live = read_live(access, settings, files)
    nothing = Loaded(0, [], [])
    return load_mesh(nothing, settings, live=live), load_mesh(files, settings, live=live)


def read_files(paths: list[str] | None, *, alone: bool) -> Loaded:
    """Load files and complain of their text; see ``load_files``."""
    loaded = load_files(paths, alone=alone)
    for problem in loaded.problems:
        complain(f"{problem.file}:{problem.span.line}: {problem.message}")
    return loaded


def load_files(paths: list[str] | None, *, alone: bool) -> Loaded:
    """Load files; without paths those of this directory if they are ``alone``, else none."""
    if not paths and not alone:
        return Loaded(0, [], [])
    chosen, stdin = input_paths(paths)
    with progress() as on_progress:
        return load(chosen, stdin=stdin, on_progress=on_progress)


def read_live(access: Access, settings: Settings, files: Loaded) -> Loaded:
    """Read the cluster that files are laid over; what it doesn't show goes to standard error."""
    from meshctl.cluster.snapshot import read_snapshot

    own = settings.namespace != Settings().namespace
    cluster = connect(access)
    _tell_namespace(files, settings.namespace, cluster.namespace)
    with collector_off():
        live = read_snapshot(cluster, settings.namespace if own else "")
    for unread in live.unread:
        complain(f"not every {unread.kind} was read: {unread.reason}")
    return live


def _tell_namespace(files: Loaded, namespace: str, home: str) -> None:
    """Say where objects of files without a namespace go, if kubectl would put them elsewhere."""
    found = unwrap(files.documents, namespace)
    if home != namespace and any(
        resource.namespace and not resource.metadata.get("namespace") for resource in found
    ):
        complain(
            f"objects that name no namespace count as those of {namespace}, while the context "
            f"has {home}; -n says which one is meant"
        )


def read_schemas(access: Access) -> list[Schema]:
    """Read the schemas that a cluster judges by."""
    from meshctl.cluster.crds import read_cluster_schemas

    return read_cluster_schemas(connect(access))


def analyze_files(paths: list[str] | None, settings: Settings, schemas: Iterable[Schema]) -> Report:
    """Analyse files alone; without paths those of this directory."""
    chosen, stdin = input_paths(paths)
    with progress() as on_progress:
        return analyze(chosen, settings, stdin=stdin, on_progress=on_progress, schemas=schemas)


def analyze_cluster(
    access: Access, paths: list[str] | None, settings: Settings, schemas: Iterable[Schema]
) -> Report:
    """Analyse a cluster with files over it."""
    from meshctl.engine.live import analyze_live

    files = load_files(paths, alone=False)
    return analyze_live(read_live(access, settings, files), files, settings, schemas)


def analyze_difference(
    access: Access, paths: list[str] | None, settings: Settings, schemas: Iterable[Schema], *,
    cluster: bool,
) -> Report:  # fmt: skip
    """Report what files would add to the findings of a cluster."""
    from meshctl.engine.live import compare_live

    if not cluster or not paths:
        raise UsageError("--diff compares files with a cluster; add --cluster, and name the files")
    files = load_files(paths, alone=False)
    live = read_live(access, settings, files)
    report, removed = compare_live(live, files, settings, schemas)
    complain(f"the files would add {amount(len(report.findings), 'finding')} and remove {removed}")
    return report
