"""``meshctl check-inject``: say which webhook injects a workload's pods, or why none does."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.inspect.injection.explanation import answer, is_conflict
from meshctl.output.destinations import check_format
from meshctl.output.injection.write import write

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[[KIND/]NAME[.NS]] [PATH]...",
        help="A pod or workload. Default: all workloads, of this directory.",
        show_default=False,
        autocompletion=complete.targets,
    ),
]


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    shown: options.FilterFlags,
    words: Words = None,
    output: options.Output = "text",
) -> None:
    """Say which webhook injects the pods of a workload, or why none does.

    Exit code: 0 answered, even if the input can't tell, 1 several webhooks would inject the same
    pod, 2 the job could not be done.
    """
    check_format(output, "text", "json")
    target, paths = options.split_target(words)
    chosen = options.chosen_input(paths, source, cluster, target)
    settings = options.settings_from(source, mesh, shown, is_live=chosen.is_live)
    found = answer(read_mesh(chosen, settings), target, shown.home(settings.namespace), settings)
    write(found, output, sys.stdout, target=target, selector=shown.selector)
    raise typer.Exit(int(any(map(is_conflict, found))))
