"""``meshctl version``: show which versions are at work."""

import sys
from typing import Annotated

import typer

from meshctl import __version__
from meshctl.cli.options import shared
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.control_plane import ControlPlaneFlags
from meshctl.cli.options.groups import with_options
from meshctl.errors import MeshctlError
from meshctl.inspect.proxies.sync import read_answers
from meshctl.inspect.proxies.versions import versions
from meshctl.output.destinations import check_format
from meshctl.output.proxies.versions import FORMATS, write_versions


@with_options
def run(
    cluster: ClusterFlags,
    istiods: ControlPlaneFlags,
    output: Annotated[str, shared.output(*FORMATS)] = "text",
    client: Annotated[bool, typer.Option("--client", help="Ask no cluster.")] = False,
) -> None:
    """Show the versions of this program, of every istiod and of the proxies.

    Exit code: 0 done, 2 the cluster could not be asked.
    """
    check_format(output, *FORMATS)
    found = versions(__version__)
    try:
        if not client:
            answers = istiods.of(cluster).proxies()
            found = versions(__version__, answers, read_answers(answers))
    except MeshctlError:
        write_versions(found, output, sys.stdout)
        raise
    write_versions(found, output, sys.stdout)
