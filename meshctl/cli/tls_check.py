"""``meshctl tls-check``: show which TLS clients and servers use, and where they don't fit."""

import json
import sys
from typing import Annotated

import typer

from meshctl.cli import options
from meshctl.cli.mesh_input import read_mesh
from meshctl.errors import UsageError
from meshctl.reports.table import write_table
from meshctl.status.tls_check import COLUMNS, TlsCheck, cells, is_conflict


def run(
    paths: options.Paths = None,
    output: Annotated[str, typer.Option("-o", "--output", help="table or json.")] = "table",
    client: Annotated[
        str | None, typer.Option(metavar="NS/WORKLOAD", help="Rows of this client alone.")
    ] = None,
    namespace: options.Namespace = None,
    mesh_config: options.MeshConfigFile = None,
    whole_mesh: options.WholeMesh = None,
    config: options.ConfigFile = None,
) -> None:
    """Show which TLS clients and servers use, which objects decide it, and where they conflict.

    Exit code: 0 everything fits, 1 there are conflicts, 2 the job could not be done.
    """
    if output not in {"table", "json"}:
        raise UsageError(f"there is no output format {output!r}; take table or json")
    flags = {"namespace": namespace, "mesh_config": mesh_config, "whole_mesh": whole_mesh}
    mesh = read_mesh(paths, options.settings_from(config, **flags))
    rows = list(TlsCheck(mesh).rows(client))
    if output == "json":
        typer.echo(json.dumps(rows, indent=2))
    else:
        write_table(COLUMNS, map(cells, rows), sys.stdout)
    raise typer.Exit(int(any(map(is_conflict, rows))))
