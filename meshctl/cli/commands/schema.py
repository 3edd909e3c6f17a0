"""``meshctl schema``: print the JSON Schema of a kind or of a form of ours, or write them all."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.cli.options import shared as options
from meshctl.errors import OutputError, UsageError
from meshctl.output.files import write_file
from meshctl.output.schema_files import folder_schemas, form_schema, text_of
from meshctl.validation.crds import schema_files
from meshctl.validation.schemas import Schema, Schemas
from meshctl.words import amount


def run(
    name: Annotated[
        str, typer.Argument(metavar="[KIND|FORM|sync]", help="A kind such as VirtualService; a form such as report or config; sync writes the files of --crds.", show_default=False, autocompletion=complete.values("report", "config", "sync"))
    ] = "",
    api_version: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Version such as v1beta1; the stablest unless given.")
    ] = None,
    crds: options.Crds = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Write one file a kind, and all.json for a folder, into -d.")
    ] = False,
    directory: Annotated[
        str, typer.Option("-d", "--directory", help="Where sync and --all write the files.")
    ] = "schemas",
) -> None:  # fmt: skip
    """List the kinds with a schema, print one (JSON Schema 2020-12), or convert your own CRDs.

    `meshctl schema --all -d schemas` writes one file a kind with what is deprecated, and all.json, which
    an editor binds to a folder. `meshctl schema report` prints that of reports, `config` that of the
    config file. `meshctl schema sync --crds crds.yaml -d schemas` writes those of your CRDs.
    """
    if everything or name == "sync":
        _write(folder_schemas() if everything else _own(crds), Path(directory))
    elif name:
        text = form_schema(name)
        schemas = Schemas(options.schemas_from(crds))
        typer.echo(text or text_of(schemas.by_name(name, api_version)), nl=False)
    else:
        for group, version, kind in Schemas(options.schemas_from(crds)).kinds():
            typer.echo(f"{kind} {group}/{version}")


def _own(crds: str | None) -> Iterable[tuple[str, Schema]]:
    if crds is None:
        raise UsageError("schema sync needs --crds FILE or --crds DIR with your CRDs")
    return schema_files(crds)


def _write(found: Iterable[tuple[str, Schema]], directory: Path) -> None:
    several = list(found)
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the directory {directory}: {error.strerror}") from error
    for file, schema in several:
        write_file(str(directory / file), text_of(schema))
    typer.echo(f"wrote {amount(len(several), 'schema')} to {directory}", err=True)
