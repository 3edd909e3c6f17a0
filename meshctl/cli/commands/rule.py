"""``meshctl rule``: list the rules, or explain one."""

import sys
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.output.catalog.answer import write_found, write_judged, write_named


def run(
    name: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NAME]...",
            help="A rule id, a family, an IST or KIA code, or a symptom: 503, UF, RBAC.",
            show_default=False,
            autocompletion=complete.rules,
        ),
    ] = None,
    search: Annotated[
        str, typer.Option("--search", metavar="WORDS", help="List the rules that speak of these.")
    ] = "",
    output: Annotated[str, typer.Option("-o", "--output", help="text, json or markdown.")] = "text",
    compare: Annotated[
        bool,
        typer.Option(
            "--coverage", help="Compare with istioctl and Kiali; list what judges each field."
        ),
    ] = False,
) -> None:
    """List the rules, or explain those that names stand for."""
    names = name or ["*"]
    if compare:
        write_judged(names, output, sys.stdout)
    elif search:
        write_found(" ".join([search, *(name or ())]), output, sys.stdout)
    else:
        write_named(names, output, sys.stdout)
