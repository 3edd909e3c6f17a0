"""``meshctl validate``: say what an API server with Istio would refuse."""

import typer

from meshctl.cli import options
from meshctl.cli.output import Outputs, progress
from meshctl.engine.analyze import analyze

_RULES = ("document", "schema")
_BETWEEN_OBJECTS = ("document/duplicate-object",)
"""Rules of those that look at more than one object, as an API server does not."""


def run(
    paths: options.Paths = None,
    output: options.Output = "text",
    output_file: options.OutputFiles = None,
    fail_on: options.FailOn = None,
    ignore: options.Ignore = None,
    namespace: options.Namespace = None,
    crds: options.Crds = None,
    baseline: options.Baseline = None,
    config: options.ConfigFile = None,
) -> None:
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
