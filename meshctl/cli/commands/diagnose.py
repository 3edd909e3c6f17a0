"""``meshctl diagnose``: from a line of a log, a flag or a message to what causes it."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.symptom import read_known, read_symptom
from meshctl.inspect.diagnose.answer import diagnose
from meshctl.output.destinations import check_format
from meshctl.output.diagnose.write import write_diagnosis

Text = Annotated[
    str,
    typer.Argument(metavar="TEXT|FILE|-", help="A line of a log, a flag (UF), a code, a message."),
]


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    text: Text,
    paths: options.Paths = None,
    client: Annotated[
        str, typer.Option("--from", metavar="WORKLOAD[.NS]", help="Who sends the request.")
    ] = "",
    server: Annotated[
        str, typer.Option("--to", metavar="HOST", help="Where the request goes.")
    ] = "",
    output: options.Output = "text",
) -> None:
    """Say what causes a symptom; with PATH or --cluster, which causes hold and which don't.

    Exit code: 0 the symptom is known, 1 the manifests confirm a cause, 2 nothing is known.
    """
    check_format(output, "text", "json")
    found = diagnose(read_symptom(text), read_known(paths, source, mesh, cluster), client, server)
    write_diagnosis(found, output, sys.stdout)
    raise typer.Exit(int(found.is_confirmed))
