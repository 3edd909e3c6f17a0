"""``meshctl diagnose``: from a line of a log, a flag or a message to what causes it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_files, read_live
from meshctl.inspect.diagnose.answer import Known, diagnose
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
    options.check_format(output, "text", "json")
    found = diagnose(_read(text), _known(paths, source, mesh, cluster), client, server)
    write_diagnosis(found, output, sys.stdout)
    raise typer.Exit(int(found.is_confirmed))


def _read(text: str) -> str:
    if text == "-":
        return sys.stdin.buffer.read().decode(errors="replace")
    is_short = "\n" not in text and len(text) < 255  # noqa: PLR2004 - longest name of a file
    file = Path(text)
    if is_short and "\0" not in text and file.is_file():
        return file.read_text(encoding="utf-8", errors="replace")
    return text


def _known(
    paths: list[str] | None,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    cluster: ClusterFlags,
) -> Known | None:
    """Read the mesh, where one is named."""
    if not (paths or source.filename or source.cluster or cluster.names_one):
        return None
    chosen = options.chosen_input(paths, source, cluster)
    settings = options.settings_from(source, mesh, is_live=chosen.is_live)
    files = read_files(chosen)
    live = read_live(chosen.access, settings, files) if chosen.is_live else None
    return Known(files, live, settings)
