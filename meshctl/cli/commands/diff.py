"""``meshctl diff``: what a change of manifests does to requests, access and TLS."""

from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import load_files, read_live, tell_problems
from meshctl.inspect.changes.comparison import Side, compare
from meshctl.output.changes.write import FORMATS, write_comparison
from meshctl.output.destinations import Destinations
from meshctl.settings import Settings
from meshctl.sources.git_revision import is_revision, load_revision
from meshctl.sources.loader import Loaded

CLUSTER = "cluster"
Old = Annotated[str, typer.Argument(help="PATH, git:REV[:PATH] or cluster, as it is now.")]
New = Annotated[str, typer.Argument(help="The same, as it would be.")]


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    old: Old,
    new: New,
    output: Annotated[str, options.output(*FORMATS)] = "text",
    output_file: Annotated[list[str] | None, options.output_files(*FORMATS)] = None,
) -> None:
    """Show what a change does, by requests that are treated differently before and after.

    With cluster as OLD, the files of NEW are laid over it.

    Exit code: 0 nothing behaves differently and no error is new, 1 something does or is,
    2 the job could not be done.
    """
    destinations = Destinations(output, output_file, FORMATS)
    settings = options.settings_from(source, mesh, is_live=CLUSTER in {old, new})
    live = None
    nothing = Loaded(0, [], [])
    if CLUSTER in {old, new}:
        access = options.chosen_input([], source._replace(cluster=True), cluster).access
        live = read_live(access, settings, nothing)
    before = Side(nothing, live) if old == CLUSTER else Side(_load(old, settings), None)
    after = Side(nothing, live) if new == CLUSTER else Side(_load(new, settings), _under(old, live))
    found = compare(before, after, settings)
    destinations.write(found, write_comparison)
    raise typer.Exit(int(not found.is_quiet))


def _load(name: str, settings: Settings) -> Loaded:
    if is_revision(name):
        return load_revision(name)
    loaded = load_files([name], settings.rendering)
    tell_problems(loaded)
    return loaded


def _under(old: str, live: Loaded | None) -> Loaded | None:
    """What new files are laid over: the cluster, where they are compared with it."""
    return live if old == CLUSTER else None
