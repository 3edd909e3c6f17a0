"""``meshctl schema``: print the JSON Schema of a kind, or make those of your CRDs."""

import json
from typing import Annotated

import typer

from meshctl.cli.options import shared as options
from meshctl.errors import UsageError
from meshctl.output.files import write_below
from meshctl.validation.crds import schema_files
from meshctl.validation.schemas import Schemas


def run(
    name: Annotated[
        str, typer.Argument(metavar="[KIND|sync]", help="A kind such as VirtualService; sync writes the files of --crds.", show_default=False)
    ] = "",
    api_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Version such as v1beta1; the stablest unless given.")
    ] = None,
    crds: options.Crds = None,
    directory: Annotated[
        str, typer.Option("-d", "--directory", metavar="DIR", help="Where sync writes the files.")
    ] = "schemas",
) -> None:  # fmt: skip
    """List the kinds with a schema, print one (JSON Schema 2020-12), or convert your own CRDs.

    `meshctl schema sync --crds crds.yaml -d schemas` writes one file for each kind and version.
    """
    if name == "sync":
        _sync(crds, directory)
        return
    schemas = Schemas(options.schemas_from(crds))
    if not name:
        for group, version, kind in schemas.kinds():
            typer.echo(f"{kind} {group}/{version}")
        return
    typer.echo(json.dumps(schemas.by_name(name, api_version), indent=2, ensure_ascii=False))


def _sync(crds: str | None, directory: str) -> None:
    if crds is None:
        raise UsageError("schema sync needs --crds FILE or --crds DIR with your CRDs")
    found = schema_files(crds)
    texts = {
        file: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for file, schema in found
    }
    write_below(directory, texts)
    plural = "" if len(found) == 1 else "s"
    typer.echo(f"wrote {len(found)} schema{plural} to {directory}", err=True)
