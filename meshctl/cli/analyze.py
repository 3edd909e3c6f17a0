"""``meshctl analyze``: find what is wrong in manifests."""

from typing import Annotated

import typer

from meshctl.cli import options
from meshctl.cli.output import Outputs, progress, write_file
from meshctl.engine.analyze import analyze
from meshctl.engine.baseline import baseline_text

Names = list[str] | None


def run(
    paths: options.Paths = None,
    output: Annotated[
        str, typer.Option("-o", "--output", help="text, json, yaml, sarif, github, gitlab, junit or markdown.")
    ] = "text",
    output_file: Annotated[
        Names, typer.Option("-O", "--output-file", metavar="FORMAT=FILE", help="Write another format to a file; repeatable.")
    ] = None,
    fail_on: Annotated[
        str | None, typer.Option(help="Least severity for exit code 1: error, warning, info or never.", show_default="error")
    ] = None,
    select: Annotated[Names, typer.Option(help="Run these rules alone: id, family, glob, IST or KIA code.")] = None,
    ignore: Annotated[Names, typer.Option(help="Leave these rules out.")] = None,
    namespace: options.Namespace = None,
    mesh_config: options.MeshConfigFile = None,
    crds: options.Crds = None,
    whole_mesh: options.WholeMesh = None,
    baseline: Annotated[str | None, typer.Option(metavar="FILE", help="Ignore the findings this file accepts.")] = None,
    update_baseline: Annotated[str | None, typer.Option(metavar="FILE", help="Write a baseline that accepts today's findings.")] = None,
    config: options.ConfigFile = None,
) -> None:  # fmt: skip
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
