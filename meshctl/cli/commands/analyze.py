"""``meshctl analyze``: find what is wrong in manifests, or in a cluster."""

from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import with_access
from meshctl.cli.options.mesh_input import analyze_cluster, analyze_difference, analyze_files
from meshctl.cli.options.output import Outputs, write_file
from meshctl.cluster.api import Access
from meshctl.engine.baseline import baseline_text

Diff = Annotated[
    bool, typer.Option("--diff", help="With --cluster: only what the files would add.")
]


@with_access
def run(
    access: Access,
    paths: options.Paths = None,
    output: options.Output = "text",
    output_file: options.OutputFiles = None,
    fail_on: options.FailOn = None,
    select: options.Select = None,
    ignore: options.Ignore = None,
    namespace: options.Namespace = None,
    mesh_config: options.MeshConfigFile = None,
    crds: options.Crds = None,
    whole_mesh: options.WholeMesh = None,
    cluster: options.InCluster = False,
    diff: Diff = False,
    baseline: options.Baseline = None,
    update_baseline: options.UpdateBaseline = None,
    config: options.ConfigFile = None,
) -> None:
    """Find what is wrong in manifests, without a cluster, or with one.

    Exit code: 0 nothing at or above --fail-on, 1 findings, 2 the job could not be done.
    """
    settings = options.settings_from(
        config, fail_on=fail_on, select=options.split_names(select),
        ignore=options.split_names(ignore), namespace=namespace, mesh_config=mesh_config,
        whole_mesh=options.is_whole(whole_mesh, cluster), baseline=baseline,
    )  # fmt: skip
    outputs = Outputs(output, output_file or [], settings.fail_on)
    schemas = options.schemas_from(crds)
    if diff:
        report = analyze_difference(access, paths, settings, schemas, cluster=cluster)
    elif cluster:
        report = analyze_cluster(access, paths, settings, schemas)
    else:
        report = analyze_files(paths, settings, schemas)
    outputs.write(report)
    if update_baseline is not None:
        write_file(update_baseline, baseline_text(report.findings))
    raise typer.Exit(outputs.exit_code(report))
