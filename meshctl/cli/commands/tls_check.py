"""``meshctl tls-check``: show which TLS clients and servers use, and where they don't fit."""

from functools import partial
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_meshes
from meshctl.engine.analyze import collector_off
from meshctl.inspect.tls.answer import Question, ask
from meshctl.output.destinations import Destinations
from meshctl.output.tls.write import FORMATS, ONLY, write

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[WORKLOAD[.NS] [HOST[:PORT]]] [PATH]...",
        help="Default: all, of this directory.",
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
    output: Annotated[str, options.output(*FORMATS)] = "table",
    output_file: Annotated[list[str] | None, options.output_files(*FORMATS)] = None,
    client: Annotated[
        str | None, typer.Option(metavar="NS/WORKLOAD", help="Rows of this client alone.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="List every row.")] = False,
    only: Annotated[str, typer.Option(help="all or conflict: which rows to show.")] = "all",
) -> None:
    """Show which TLS clients and servers use, which objects decide it, and where they conflict.

    With --cluster and files: what the files would change. Exit code: 0 everything fits, 1 there
    are conflicts, 2 the job could not be done, or the cluster hid the objects that decide.
    """
    destinations = Destinations(output, output_file, FORMATS)
    options.check_word("--only", only, ONLY)
    workload, host, paths = options.split_targets(words)
    chosen = options.chosen_input(paths, source, cluster, client or workload)
    settings = options.settings_from(source, mesh, shown, is_live=chosen.is_live)
    question = Question(client or workload, host, shown.home(settings.namespace))
    with collector_off():
        found = ask(*read_meshes(chosen, settings), question, settings)
    destinations.write(found, partial(write, only=only, everything=everything))
    raise typer.Exit(found.exit_code)
