"""``meshctl rule``: list the rules, or explain one."""

import sys
from fnmatch import fnmatchcase
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.engine.catalog.clauses import clauses
from meshctl.engine.catalog.coverage import coverage
from meshctl.engine.catalog.documentation import examples, find_rules
from meshctl.engine.life_cycle import notes
from meshctl.errors import UsageError
from meshctl.output.catalog.coverage import TABLES
from meshctl.output.catalog.rules import LISTS, write_rule
from meshctl.output.stderr import complain
from meshctl.words import quoted


def run(
    name: Annotated[
        str,
        typer.Argument(
            help="A rule id, a family, or an IST or KIA code.",
            show_default=False,
            autocompletion=complete.rules,
        ),
    ] = "*",
    output: Annotated[str, typer.Option("-o", "--output", help="text, json or markdown.")] = "text",
    compare: Annotated[
        bool,
        typer.Option(
            "--coverage", help="Compare with istioctl and Kiali; list what judges each field."
        ),
    ] = False,
) -> None:
    """List the rules, or explain those that a name stands for."""
    if output not in LISTS:
        raise UsageError(
            f"there is no output format {quoted(output)}; take one of {', '.join(LISTS)}"
        )
    if compare:
        write_coverage(name, output)
        return
    rules = find_rules(name)
    for note in notes([("meshctl rule", name)]):
        complain(f"note: {note}")
    is_list = any(sign in name for sign in "*?[") or name in {rule.family for rule in rules}
    if output != "text" or is_list:
        LISTS[output](rules, sys.stdout)
        return
    for number, rule in enumerate(rules):
        if number:
            typer.echo("\n" + "-" * 72 + "\n")
        shown = examples(rule)
        write_rule(rule, shown.bad, shown.good, sys.stdout)


def write_coverage(name: str, output: str) -> None:
    """Write the tables of codes and of clauses, or the rows of some codes or kinds."""
    codes = [row for row in coverage() if fnmatchcase(row.code, name)]
    judged = [row for row in clauses() if fnmatchcase(row.kind, name)]
    if not codes and not judged:
        raise UsageError(
            f"neither istioctl nor Kiali has a code {quoted(name)}, and no clauses of such a kind "
            "are listed"
        )
    TABLES[output](codes, judged, sys.stdout)
