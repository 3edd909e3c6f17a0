"""``meshctl validate``: say what an API server with Istio would refuse."""

from typing import Annotated

import typer

from meshctl.cli import options
from meshctl.cli.output import Outputs, progress
from meshctl.engine.analyze import analyze

Names = list[str] | None
_RULES = ("document", "schema")
_BETWEEN_OBJECTS = ("document/duplicate-object",)
"""Rules of those that look at more than one object, as an API server does not."""


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
    ignore: Annotated[Names, typer.Option(help="Leave these rules out.")] = None,
    namespace: options.Namespace = None,
    crds: options.Crds = None,
    baseline: Annotated[str | None, typer.Option(metavar="FILE", help="Ignore the findings this file accepts.")] = None,
    config: options.ConfigFile = None,
) -> None:  # fmt: skip
    """Say of each object alone what an API server with Istio's CRDs and webhook would refuse.

    Exit code: 0 nothing at or above --fail-on, 1 findings, 2 the job could not be done.
    """
    settings = options.settings_from(
        config, fail_on=fail_on, select=_RULES, namespace=namespace, baseline=baseline, alone=True,
        ignore=(*_BETWEEN_OBJECTS, *(options.split_names(ignore) or ())),
    )  # fmt: skip
    outputs = Outputs(output, output_file or [], settings.fail_on)
    chosen, stdin = options.input_paths(paths)
    schemas = options.schemas_from(crds)
    with progress() as on_progress:
        report = analyze(chosen, settings, stdin=stdin, on_progress=on_progress, schemas=schemas)
    outputs.write(report)
    raise typer.Exit(outputs.exit_code(report))
