"""``meshctl analyze``: find what is wrong in manifests, or in a cluster."""

from functools import partial

import typer

from meshctl.cli.options import report as reports
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags, FleetFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import analyze_asked
from meshctl.cli.options.names import split_names
from meshctl.engine.baseline import baseline_text
from meshctl.engine.report import Report
from meshctl.output.files import write_file
from meshctl.output.stderr import complain
from meshctl.words import amount


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    mesh: options.MeshFlags,
    shown: options.FilterFlags,
    report: reports.ReportFlags,
    fixing: reports.FixFlags,
    fleet: FleetFlags,
    paths: options.Paths = None,
    select: reports.Select = None,
    crds: options.Crds = None,
    diff: reports.Diff = False,
    since: reports.Since = None,
    update_baseline: reports.UpdateBaseline = None,
    cluster_names: options.ClusterNames = None,
) -> None:
    """Find what is wrong in manifests, without a cluster, or with one.

    Exit code: 0 nothing at or above --fail-on, 1 findings, 2 the job could not be done.
    """
    chosen, clusters = options.chosen_clusters(paths, source, cluster, cluster_names)
    settings = options.settings_from(
        source, mesh, shown, is_live=chosen.is_live, select=split_names(select),
        clusters=clusters, **report.settings,
    )  # fmt: skip
    if update_baseline is not None:
        settings = settings._replace(baseline=None)  # it accepts what the old one does, too
    outputs = report.outputs(settings)
    ask = partial(analyze_asked, chosen, settings, options.schemas_from(crds), since, fleet=fleet)
    answer, whole = fixing.answer(ask, diff=diff)
    outputs.write(answer, whole)
    raise typer.Exit(_settle(answer, settings.baseline, update_baseline, outputs.exit_code(answer)))


def _settle(report: Report, old: str | None, new: str | None, code: int) -> int:
    """Tell what of a baseline is gone, write a new one, and give the exit code."""
    if report.stale:
        complain(
            f"{amount(len(report.stale), 'accepted finding')} of {old} didn't come up any more; "
            f"--update-baseline {old} removes what is gone"
        )
    if new is None:
        return code
    write_file(new, baseline_text(report.findings))
    complain(f"{new} accepts {amount(len(report.findings), 'finding')} now")
    return 0 if code == 1 else code
