"""``meshctl routes``: show the routes that a gateway or host really has."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.inspect.routes.answer import answer
from meshctl.output.destinations import check_format
from meshctl.output.routes.write import write

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[[KIND/]NAME[.NS]|HOST] [PATH]...",
        help="A gateway, a workload or a host. Default: all gateways, of this directory.",
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
    client: Annotated[
        str | None,
        typer.Option("--from", metavar="NS/WORKLOAD", help="Show what this client's sidecar has."),
    ] = None,
    output: Annotated[str, options.output("table", "json")] = "table",
) -> None:
    """Show the routes that a gateway or host really has, in the order Envoy tries them.

    Exit code: 0 shown, 2 the job could not be done.
    """
    check_format(output, "table", "json")
    target, paths = options.split_target(words)
    chosen = options.chosen_input(paths, source, cluster, target)
    settings = options.settings_from(source, mesh, shown, is_live=chosen.is_live)
    home = shown.home(settings.namespace)
    found = answer(read_mesh(chosen, settings), target, home, settings, client)
    write(found, output, sys.stdout)
