"""``meshctl trace``: follow a request through the mesh, hop by hop."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.cli.options.requests import RequestFlags, asked_requests
from meshctl.inspect.trace.answer import trace
from meshctl.output.destinations import check_format
from meshctl.output.trace.write import write

Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[[METHOD] URL] [PATH]...", help="Default: of this directory."),
]


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    asked: RequestFlags,
    words: Words = None,
    output: options.Output = "text",
) -> None:
    """Follow a request through the mesh, hop by hop, and say which object decides what.

    Exit code: 0 the request can arrive, 1 it can't, 2 the job could not be done.
    """
    check_format(output, "text", "json")
    requests, paths = asked_requests(words, asked)
    chosen = options.chosen_input(paths, source, cluster)
    settings = options.settings_from(source, mesh, is_live=chosen.is_live)
    whole = read_mesh(chosen, settings)
    traces = [trace(whole, request, settings.namespace) for request in requests]
    write(traces, output, sys.stdout)
    raise typer.Exit(int(not all(answer.can_arrive for answer in traces)))
