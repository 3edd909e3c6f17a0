"""``meshctl generate sidecar``: the narrowest Sidecars that hide no known dependency."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.dependencies import CallFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.generate.dependencies.known_calls import KnownCalls
from meshctl.generate.sidecar.plan import NAMESPACE, WORKLOAD, SidecarQuestion, plan_sidecars
from meshctl.inspect.size.answer import size
from meshctl.output.destinations import check_format
from meshctl.output.generate.sidecars import write_sidecars

Per = Annotated[
    str,
    typer.Option(
        "--per", help="One for each namespace or workload.",
        autocompletion=complete.values(NAMESPACE, WORKLOAD),
    ),
]  # fmt: skip
Exact = Annotated[
    bool,
    typer.Option("--exact", help="Of its own namespace, too, only what is known to be called."),
]
Output = Annotated[str, options.output("yaml", "text", "json")]


@with_options
def run(
    cluster: ClusterFlags, source: options.SourceFlags, mesh: options.MeshFlags,
    shown: options.FilterFlags, calls: CallFlags, paths: options.Paths = None,
    per: Per = NAMESPACE, exact: Exact = False, output: Output = "yaml",
) -> None:  # fmt: skip
    """Write a Sidecar for each namespace that none limits, with what its proxies are known to need.

    Exit code: 0 done, 2 the job could not be done.
    """
    check_format(output, "yaml", "text", "json")
    options.check_word("--per", per, (NAMESPACE, WORKLOAD))
    metrics = calls.metrics
    chosen = options.chosen_input(paths, source, cluster)
    whole = read_mesh(chosen, options.settings_from(source, mesh, is_live=chosen.is_live))
    known, model = KnownCalls(whole, calls.observed(metrics)), size(whole, metrics).model
    asked = SidecarQuestion(per, shown.namespaces, exact)
    write_sidecars(plan_sidecars(whole, known, model, asked), output, sys.stdout)
