"""``meshctl generate authorization``: ALLOW policies for known callers alone."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.dependencies import CallFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import read_mesh
from meshctl.generate.authorization.callers import KnownCallers
from meshctl.generate.authorization.plan import plan_policies
from meshctl.generate.dependencies.known_calls import KnownCalls
from meshctl.output.destinations import check_format
from meshctl.output.generate.policies import write_policies

Enforce = Annotated[
    bool, typer.Option("--enforce", help="Without the annotation that only logs what they refuse.")
]
Output = Annotated[str, options.output("yaml", "text", "json")]


@with_options
def run(
    cluster: ClusterFlags, source: options.SourceFlags, mesh: options.MeshFlags,
    shown: options.FilterFlags, calls: CallFlags, paths: options.Paths = None,
    enforce: Enforce = False, output: Output = "yaml",
) -> None:  # fmt: skip
    """Write an ALLOW policy for each Service whose callers are all known by identity.

    They are tried out (istio.io/dry-run) until --enforce. Exit code: 0 done, 2 the job could not
    be done.
    """
    check_format(output, "yaml", "text", "json")
    metrics = calls.metrics
    chosen = options.chosen_input(paths, source, cluster)
    whole = read_mesh(chosen, options.settings_from(source, mesh, is_live=chosen.is_live))
    observed = calls.observed(metrics)
    callers = KnownCallers(whole, KnownCalls(whole, observed), observed)
    answer = plan_policies(whole, callers, shown.namespaces, is_dry=not enforce)
    write_policies(answer, output, sys.stdout)
