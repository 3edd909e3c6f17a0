"""``meshctl validate``: say what an API server with Istio would refuse."""

from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.cli.options.connect import with_access
from meshctl.cli.options.mesh_input import analyze_cluster, analyze_files, read_schemas
from meshctl.cli.options.output import Outputs
from meshctl.cluster.api import Access

_RULES = ("document", "schema")
_BETWEEN_OBJECTS = ("document/duplicate-object",)
"""Rules of those that look at more than one object, as an API server does not."""


@with_access
def run(
    access: Access,
    paths: options.Paths = None,
    output: options.Output = "text",
    output_file: options.OutputFiles = None,
    fail_on: options.FailOn = None,
    ignore: options.Ignore = None,
    namespace: options.Namespace = None,
    crds: options.Crds = None,
    cluster: Annotated[
        bool,
        typer.Option(
            "--cluster", help="Judge by the CRDs of the cluster; without PATH, what is in it."
        ),
    ] = False,
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
    schemas = options.schemas_from(crds)
    if cluster and not schemas:
        schemas = read_schemas(access)
    if cluster and not paths:
        report = analyze_cluster(access, paths, settings, schemas)
    else:
        report = analyze_files(paths, settings, schemas)
    outputs.write(report)
    raise typer.Exit(outputs.exit_code(report))
