"""Declares the options of commands that write a report of findings."""

from typing import Annotated, NamedTuple

import typer

from meshctl.cli.options import complete
from meshctl.cli.options.names import split_names
from meshctl.output.findings.formats import FORMATS


class ReportFlags(NamedTuple):
    """How a report is written, what counts in it, and when it fails."""

    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            help="text, json, yaml, sarif, github, gitlab, junit or markdown.",
            autocompletion=complete.values(*FORMATS),
        ),
    ] = "text"
    output_file: Annotated[
        list[str] | None,
        typer.Option(
            "-O",
            "--output-file",
            metavar="FORMAT=FILE",
            help="Write another format to a file; repeatable.",
            autocompletion=complete.output_files,
        ),
    ] = None
    fail_on: Annotated[
        str | None,
        typer.Option(
            help="Least severity for exit code 1: error, warning, info or never.",
            show_default="error",
            autocompletion=complete.values("error", "warning", "info", "never"),
        ),
    ] = None
    ignore: Annotated[
        list[str] | None, typer.Option(help="Leave these rules out.", autocompletion=complete.rules)
    ] = None
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Ignore the findings this file accepts.")
    ] = None

    @property
    def settings(self) -> dict[str, object]:
        """What these flags say for Settings; ``None`` where they say nothing."""
        return {
            "fail_on": self.fail_on,
            "ignore": split_names(self.ignore),
            "baseline": self.baseline,
        }


Select = Annotated[
    list[str] | None,
    typer.Option(
        help="Run these rules alone: id, family, glob, IST or KIA code.",
        autocompletion=complete.rules,
    ),
]
UpdateBaseline = Annotated[
    str | None,
    typer.Option(metavar="FILE", help="Write a baseline that accepts today's findings."),
]
