"""Declares the options of ``migrate``."""

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from meshctl.cli.directory_flags import Overwrite
from meshctl.cli.options import complete
from meshctl.cli.options.shared import (
    ConfigFile,
    DefaultNamespace,
    MeshFlags,
    SourceFlags,
    check_word,
    settings_from,
)
from meshctl.migrate.migration import TARGETS
from meshctl.output.destinations import check_format
from meshctl.output.migration.write import FORMATS
from meshctl.settings import Settings

Paths = Annotated[
    list[str],
    typer.Argument(metavar="PATH...", help="Files, directories or globs; - is standard input."),
]


class MigrationFlags(NamedTuple):
    """What objects become, and how that is written."""

    to: Annotated[
        str,
        typer.Option(
            metavar="current|gateway-api",
            help="The kinds of today, or the Gateway API as well.",
            autocompletion=complete.values(*TARGETS),
        ),
    ] = "current"
    output: Annotated[
        str,
        typer.Option(
            "-o", "--output", metavar="report|yaml|diff|json",
            help="What is said of each object, the new files, or what changes in them.",
            autocompletion=complete.values(*FORMATS),
        ),
    ] = "report"  # fmt: skip
    directory: Annotated[
        Path | None,
        typer.Option("-d", "--directory", metavar="DIR", help="Write the new files below DIR."),
    ] = None
    overwrite: Overwrite = False
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="With gateway-api: regular expressions for prefixes read otherwise."
        ),
    ] = False
    default_namespace: DefaultNamespace = None
    config: ConfigFile = None

    def settings(self, mesh: MeshFlags) -> Settings:
        """Make Settings of the flags; UsageError for a target or format that doesn't exist."""
        check_word("--to", self.to, TARGETS)
        check_format(self.output, *FORMATS)
        source = SourceFlags(default_namespace=self.default_namespace, config=self.config)
        return settings_from(source, mesh)
