"""``meshctl describe``: show what configuration applies to a pod, a Service or a gateway."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.inspect.describe import describe, is_kind
from meshctl.output.describe.write import write
from meshctl.output.destinations import check_format

Words = Annotated[
    list[str],
    typer.Argument(
        metavar="[KIND] NAME[.NS] [PATH]...",
        help="A pod or workload, a Service or a gateway; KIND/NAME as kubectl has it, too.",
        show_default=False,
        autocompletion=complete.described,
    ),
]


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    shown: options.FilterFlags,
    words: Words,
    output: options.Output = "text",
) -> None:
    """Show what configuration applies to a pod, a Service or a gateway, and what is wrong with it.

    Exit code: 0 described, whatever the rules find, 2 the job could not be done.
    """
    check_format(output, "text", "json")
    what, name, paths = options.split_object(words, is_kind)
    chosen = options.chosen_input(paths, source, cluster, name)
    settings = options.settings_from(source, mesh, shown, is_live=chosen.is_live)
    found = read_mesh(chosen, settings)
    home = shown.home(settings.namespace)
    write(describe(found, what, name, settings._replace(namespace=home)), output, sys.stdout)
