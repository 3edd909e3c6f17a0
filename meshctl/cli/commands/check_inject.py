"""``meshctl check-inject``: say which webhook injects a workload's pods, or why none does."""

import json
import sys
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import with_access
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.cli.stderr import complain
from meshctl.cluster.api import Access
from meshctl.errors import UsageError
from meshctl.inspect.injection import explanation as check_inject
from meshctl.output.lines import write_lines
from meshctl.output.table import write_tables

Words = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[[KIND/]NAME[.NS]] [PATH]...",
        help="A pod or workload. Default: all workloads. Without a path: the cluster.",
        show_default=False,
    ),
]
Selector = Annotated[
    str,
    typer.Option("-l", "--selector", metavar="KEY=VALUE", help="Workloads with these pod labels."),
]


@with_access
def run(
    access: Access,
    words: Words = None,
    selector: Selector = "",
    output: Annotated[str, typer.Option("-o", "--output", help="text or json.")] = "text",
    cluster: options.InCluster = False,
    namespace: options.Namespace = None,
    mesh_config: options.MeshConfigFile = None,
    whole_mesh: options.WholeMesh = None,
    config: options.ConfigFile = None,
) -> None:
    """Say which webhook injects the pods of a workload, or why none does.

    Exit code: 0 answered, even if the input can't tell, 1 several webhooks would inject the same
    pod, 2 the job could not be done.
    """
    if output not in {"text", "json"}:
        raise UsageError(f"there is no output format {output!r}; take text or json")
    target, paths = options.split_target(words)
    live = cluster or not paths
    settings = options.settings_from(
        config, namespace=namespace, mesh_config=mesh_config,
        whole_mesh=options.is_whole(whole_mesh, live),
    )  # fmt: skip
    mesh = read_mesh(paths, settings, access, cluster=live)
    forms = check_inject.answer(mesh, target, selector, settings.namespace)
    if output == "json":
        typer.echo(json.dumps(forms, indent=2))
    elif not forms:
        complain(f"no workload here has the labels {selector}" if selector else "no workload here")
    else:
        is_one = target is not None
        write_tables(check_inject.tables(forms, is_one=is_one), sys.stdout)
        for form in forms if is_one else ():
            write_lines(("", *check_inject.sentence(form).splitlines()), sys.stdout)
    raise typer.Exit(int(any(map(check_inject.is_conflict, forms))))
