"""``meshctl webhook manifests``: print what installs the webhook."""

import sys
from typing import Annotated

import typer

from meshctl.cli.directory_flags import Overwrite
from meshctl.cli.options.gate import InstallFlags, Mode
from meshctl.cli.options.groups import with_options
from meshctl.output.generate.manifests import write_objects
from meshctl.output.stderr import complain

Chart = Annotated[
    str, typer.Option("--chart", metavar="DIR", help="Write a Helm chart into a new directory.")
]


@with_options
def run(
    flags: InstallFlags, mode: Mode = "warn", chart: Chart = "", overwrite: Overwrite = False
) -> None:
    """Print Deployment, Service, RBAC, webhook configuration and what keeps them safe.

    Exit code: 0 done, 2 the flags make no sense, or the directory holds other files or edited ones.
    """
    from meshctl.gate.install.chart import chart_files
    from meshctl.gate.install.manifests import manifests

    install = flags.install(mode)
    if not chart:
        write_objects(list(manifests(install)), sys.stdout)
        return
    from meshctl.output.generate.directory import write_chart

    files = chart_files(install)
    write_chart(chart, files, overwrites=overwrite)
    complain(f"{len(files)} files are in {chart}; the namespace is that of the release")
