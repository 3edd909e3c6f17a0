"""``meshctl kube-inject``: add sidecars to workloads, without a cluster."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import injection
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.injection_source import InjectionSource
from meshctl.inject.manifests import inject_files, uninject_files

Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH...", help="Files, directories or globs; - is stdin.", show_default=False
    ),
]


@with_options
def run(
    cluster: ClusterFlags,
    source: InjectionSource,
    target: injection.TargetFlags,
    paths: Paths = None,
    filename: injection.Filename = None,
    uninject: injection.Uninject = False,
    check: injection.Check = False,
) -> None:
    """Add Istio's sidecar to the workloads of manifests, as Istio's chart or your own mesh does.

    Exit code: 0 done, 1 --check or --verify found something, 2 not done: no file is touched.
    """
    files = injection.chosen_files(paths, filename)
    writer = target.writer(has_files="-" not in files)
    injection.check_together(files, source, writer, check=check, uninject=uninject)
    access = cluster.access
    if check or source.verify:
        raise typer.Exit(injection.report(files, source, writer, access))
    injection.tell_rendered(files)
    change = uninject_files if uninject else inject_files
    writer.write(change(files, source.settings(access), writer.style, sys.stdin.buffer))
