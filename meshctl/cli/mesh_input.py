"""How does a command read a mesh: from files, from a cluster, or from files over a cluster?"""

from collections.abc import Iterable

import typer

from meshctl.cli.connect import connect
from meshctl.cli.options import input_paths
from meshctl.cli.output import progress
from meshctl.cluster.api import Access
from meshctl.engine.analyze import analyze, collector_off, load_mesh
from meshctl.engine.report import Report
from meshctl.errors import UsageError
from meshctl.mesh import Mesh
from meshctl.reports.wording import amount
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
    live = read_live(access or Access(), settings) if cluster else None
    return load_mesh(read_files(paths, alone=not cluster), settings, live=live)


def read_meshes(
    paths: list[str] | None, settings: Settings, access: Access, *, cluster: bool
) -> tuple[Mesh | None, Mesh]:
    """Read a mesh as ``read_mesh`` does, and what files over a cluster start from."""
    if not (cluster and paths):
        return None, read_mesh(paths, settings, access, cluster=cluster)
    files, live = read_files(paths, alone=False), read_live(access, settings)
    nothing = Loaded(0, [], [])
    return load_mesh(nothing, settings, live=live), load_mesh(files, settings, live=live)


def read_files(paths: list[str] | None, *, alone: bool) -> Loaded:
    """Load files and complain of their text; see ``load_files``."""
    loaded = load_files(paths, alone=alone)
    for problem in loaded.problems:
        typer.echo(f"{problem.file}:{problem.span.line}: {problem.message}", err=True)
    return loaded


def load_files(paths: list[str] | None, *, alone: bool) -> Loaded:
    """Load files; without paths those of this directory if they are ``alone``, else none."""
    if not paths and not alone:
        return Loaded(0, [], [])
    chosen, stdin = input_paths(paths)
    with progress() as on_progress:
        return load(chosen, stdin=stdin, on_progress=on_progress)


def read_live(access: Access, settings: Settings) -> Loaded:
    """Read a cluster; each kind that it doesn't show goes to standard error."""
    from meshctl.cluster.snapshot import read_snapshot

    own = settings.namespace != Settings().namespace
    with collector_off():
        live = read_snapshot(connect(access), settings.namespace if own else "")
    for one in live.unread:
        typer.echo(f"{one.kind}: {one.reason}", err=True)
    return live


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
    return analyze_live(read_live(access, settings), files, settings, schemas)


def analyze_difference(
    access: Access, paths: list[str] | None, settings: Settings, schemas: Iterable[Schema], *,
    cluster: bool,
) -> Report:  # fmt: skip
    """Report what files would add to the findings of a cluster."""
    from meshctl.engine.live import compare_live

    if not cluster or not paths:
        raise UsageError("--diff compares files with a cluster; add --cluster, and name the files")
    files = load_files(paths, alone=False)
    live = read_live(access, settings)
    report, removed = compare_live(live, files, settings, schemas)
    typer.echo(
        f"the files would add {amount(len(report.findings), 'finding')} and remove {removed}",
        err=True,
    )
    return report
