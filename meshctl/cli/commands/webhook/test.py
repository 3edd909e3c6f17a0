"""``meshctl webhook test``: say what the webhook would answer to files."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.gate import Mode, answering_of
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_files, read_live
from meshctl.errors import UsageError
from meshctl.output.destinations import check_format

Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Files that would be applied, in order.")
]


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    files: Files,
    mode: Mode = "enforce",
    output: options.Output = "text",
) -> None:
    """Say what the webhook would answer if files were applied to a cluster now.

    Exit code: 0 all would be allowed, 1 something would be refused, 2 the job could not be done.
    """
    from meshctl.gate.by_hand import answers
    from meshctl.output.webhook.answers import write_answers

    check_format(output, "text", "json")
    chosen = options.chosen_input(files, source, cluster)
    if not chosen.is_live and not cluster.names_one:
        raise UsageError("the webhook knows a cluster; add --cluster, or --context with its name")
    settings = options.settings_from(source, is_live=True)
    read = read_files(chosen.paths, settings)
    live = read_live(chosen.access, settings, read)
    found = answers(live, read, settings, answering_of(mode, settings))
    raise typer.Exit(int(not write_answers(found, output, sys.stdout)))
