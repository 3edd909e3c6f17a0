"""``meshctl validate``: say what an API server with Istio would refuse."""

import typer

from meshctl.cli.options import report as reports
from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import ClusterFlags
from meshctl.cli.options.groups import with_options
from meshctl.cli.options.mesh_input import analyze_cluster, analyze_files, read_schemas
from meshctl.cli.options.names import split_names

_RULES = ("document", "schema")
_BETWEEN_OBJECTS = ("document/duplicate-object",)
"""Rules of those that look at more than one object, as an API server does not."""


@with_options
def run(
    cluster: ClusterFlags,
    source: options.SourceFlags,
    shown: options.FilterFlags,
    report: reports.ReportFlags,
    paths: options.Paths = None,
    crds: options.Crds = None,
) -> None:
    """Say of each object alone what an API server with Istio's CRDs and webhook would refuse.

    With --cluster the CRDs of the cluster judge; without PATH, what is in it is judged. Exit code:
    0 nothing at or above --fail-on, 1 findings, 2 the job could not be done.
    """
    chosen = options.chosen_input(paths, source, cluster)
    flags = report.settings
    flags["ignore"] = (*_BETWEEN_OBJECTS, *(split_names(report.ignore) or ()))
    settings = options.settings_from(
        source, None, shown, is_live=chosen.is_live, select=_RULES, alone=True, **flags
    )
    outputs = report.outputs(settings)
    schemas = options.schemas_from(crds)
    if chosen.is_live and not schemas:
        schemas = read_schemas(chosen.access)
    judge = analyze_files if chosen.paths else analyze_cluster
    answer = judge(chosen, settings, schemas)
    outputs.write(answer)
    raise typer.Exit(outputs.exit_code(answer))
