"""``meshctl analyze``: find what is wrong in manifests."""

import typer

from meshctl.cli import options
from meshctl.cli.output import Outputs, progress, write_file
from meshctl.engine.analyze import analyze
from meshctl.engine.baseline import baseline_text


def run(
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
    baseline: options.Baseline = None,
    update_baseline: options.UpdateBaseline = None,
    config: options.ConfigFile = None,
) -> None:
    """Find what is wrong in manifests, without a cluster.

    Exit code: 0 nothing at or above --fail-on, 1 findings, 2 the job could not be done.
    """
    settings = options.settings_from(
        config, fail_on=fail_on, select=options.split_names(select),
        ignore=options.split_names(ignore), namespace=namespace, mesh_config=mesh_config,
        whole_mesh=whole_mesh, baseline=baseline,
    )  # fmt: skip
    outputs = Outputs(output, output_file or [], settings.fail_on)
    chosen, stdin = options.input_paths(paths)
    schemas = options.schemas_from(crds)
    with progress() as on_progress:
        report = analyze(chosen, settings, stdin=stdin, on_progress=on_progress, schemas=schemas)
    outputs.write(report)
    if update_baseline is not None:
        write_file(update_baseline, baseline_text(report.findings))
    raise typer.Exit(outputs.exit_code(report))
