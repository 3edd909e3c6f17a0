"""``meshctl describe``: show what configuration applies to a pod, a Service or a gateway."""

import json
import sys
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import with_access
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.cluster.api import Access
from meshctl.errors import UsageError
from meshctl.inspect.describe import describe
from meshctl.output.describe import text
from meshctl.output.lines import write_lines

What = Annotated[str, typer.Argument(metavar="pod|service|gateway", help="What it is.")]
Name = Annotated[str, typer.Argument(metavar="NAME[.NS]", help="A workload's name will do, too.")]
Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, directories or globs; - is standard input. Default: the cluster.",
        show_default=False,
    ),
]


@with_access
def run(
    access: Access,
    what: What,
    name: Name,
    paths: Paths = None,
    output: Annotated[str, typer.Option("-o", "--output", help="text or json.")] = "text",
    cluster: options.InCluster = False,
    namespace: options.Namespace = None,
    mesh_config: options.MeshConfigFile = None,
    whole_mesh: options.WholeMesh = None,
    config: options.ConfigFile = None,
) -> None:
    """Show what configuration applies to a pod, a Service or a gateway, and what is wrong with it.

    Exit code: 0 described, whatever the rules find, 2 the job could not be done.
    """
    if output not in {"text", "json"}:
        raise UsageError(f"there is no output format {output!r}; take text or json")
    live = cluster or not paths
    settings = options.settings_from(
        config, namespace=namespace, mesh_config=mesh_config,
        whole_mesh=options.is_whole(whole_mesh, live),
    )  # fmt: skip
    form = describe(read_mesh(paths, settings, access, cluster=live), what, name, settings)
    if output == "json":
        typer.echo(json.dumps(form, indent=2))
    else:
        write_lines(text.lines(form), sys.stdout)
