"""``meshctl tls-check``: show which TLS clients and servers use, and where they don't fit."""

from typing import Annotated

import typer

from meshctl.cli.commands.tls_output import FORMATS, Matrix, write, write_changes
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import with_access
from meshctl.cli.options.mesh_input import read_meshes
from meshctl.cluster.api import Access
from meshctl.engine.analyze import collector_off
from meshctl.errors import UsageError
from meshctl.inspect.tls.rows import TlsCheck, is_conflict, narrow

_ONLY = ("all", "conflict")
Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[WORKLOAD[.NS] [HOST[:PORT]]] [PATH]...", help="Default: all, of this directory."
    ),
]


@with_access
def run(
    access: Access,
    words: Words = None,
    output: Annotated[
        str, typer.Option("-o", "--output", help="table, json or markdown.")
    ] = "table",
    client: Annotated[
        str | None, typer.Option(metavar="NS/WORKLOAD", help="Rows of this client alone.")
    ] = None,
    only: Annotated[str, typer.Option(help="all or conflict: which rows to show.")] = "all",
    namespace: options.Namespace = None,
    mesh_config: options.MeshConfigFile = None,
    whole_mesh: options.WholeMesh = None,
    cluster: options.InCluster = False,
    config: options.ConfigFile = None,
) -> None:
    """Show which TLS clients and servers use, which objects decide it, and where they conflict.

    With --cluster and files: what the files would change. Exit code: 0 everything fits, 1 there
    are conflicts, 2 the job could not be done.
    """
    if output not in FORMATS:
        raise UsageError(f"there is no output format {output!r}; take {', '.join(FORMATS)}")
    if only not in _ONLY:
        raise UsageError(f"--only {only!r} is not one of {', '.join(_ONLY)}")
    whole = options.is_whole(whole_mesh, cluster)
    flags = {"namespace": namespace, "mesh_config": mesh_config, "whole_mesh": whole}
    settings = options.settings_from(config, **flags)
    workload, host, paths = options.split_targets(words)
    with collector_off():
        before, mesh = read_meshes(paths, settings, access, cluster=cluster)
        asked = narrow(mesh, settings.namespace, client or workload, host)
        rows = list(TlsCheck(mesh).found(asked))
    if before is not None:
        write_changes(TlsCheck(before).found(asked), rows, output, only)
    else:
        write(rows, output, only, Matrix(mesh, namespace))
    raise typer.Exit(int(any(is_conflict(row.data) for row in rows)))
