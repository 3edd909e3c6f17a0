"""``meshctl upgrade``: plan the way to another release of Istio."""

import typer

from meshctl.cli.options import report as reports
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.names import split_names
from meshctl.cli.options.upgrade import From, To, read_plan
from meshctl.engine.analyze import check_settings
from meshctl.output.upgrade.write import write_plan


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    shown: options.FilterFlags,
    report: reports.ReportFlags,
    target: To,
    paths: options.Paths = None,
    start: From = None,
    select: reports.Select = None,
) -> None:
    """Plan an upgrade of Istio: what concerns this mesh before, during and after it.

    Exit code: 0 nothing at or above --fail-on, 1 findings, 2 the job could not be done.
    """
    chosen = options.chosen_input(paths, source, cluster)
    settings = options.settings_from(
        source, mesh, shown, is_live=chosen.is_live, select=split_names(select) or (),
        **report.settings,
    )  # fmt: skip
    check_settings(settings)
    outputs = report.outputs(settings)
    plan = read_plan(chosen, settings, start, target)
    write_plan(plan, outputs, report.view(settings))
    raise typer.Exit(outputs.exit_code(plan.report))
