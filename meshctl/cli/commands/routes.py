"""``meshctl routes``: show the routes that a gateway or host really has."""

import json
import sys
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import with_access
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.cluster.api import Access
from meshctl.errors import UsageError
from meshctl.inspect.routes.client_routes import client_answer
from meshctl.inspect.routes.gateway_routes import answer as gateway_answer
from meshctl.output import route_table
from meshctl.output.table import write_tables

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NS/WORKLOAD|HOST] [PATH]...", help="Default: all gateways."),
]


@with_access
def run(
    access: Access,
    words: Words = None,
    client: Annotated[
        str | None,
        typer.Option("--from", metavar="NS/WORKLOAD", help="Show what this client's sidecar has."),
    ] = None,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
    namespace: options.Namespace = None,
    mesh_config: options.MeshConfigFile = None,
    whole_mesh: options.WholeMesh = None,
    cluster: options.InCluster = False,
    config: options.ConfigFile = None,
) -> None:
    """Show the routes that a gateway or host really has, in the order Envoy tries them."""
    if output not in {"table", "json"}:
        raise UsageError(f"there is no output format {output!r}; take table or json")
    target, paths = options.split_target(words)
    whole = options.is_whole(whole_mesh, cluster)
    flags = {"namespace": namespace, "mesh_config": mesh_config, "whole_mesh": whole}
    settings = options.settings_from(config, **flags)
    mesh = read_mesh(paths, settings, access, cluster=cluster)
    if client is None:
        answer = gateway_answer(mesh, target, settings.namespace)
    elif target is None:
        raise UsageError("--from needs a host: meshctl routes HOST --from NAMESPACE/WORKLOAD PATH")
    else:
        answer = client_answer(mesh, target, client, settings.namespace)
    if output == "json":
        typer.echo(json.dumps(answer, indent=2))
    else:
        write_tables(route_table.tables(answer, target), sys.stdout)
