"""``meshctl rule``: list the rules, or explain one."""

import sys
from typing import Annotated

import typer

from meshctl.engine.catalog import examples, find_rules
from meshctl.errors import UsageError
from meshctl.reports.rules import LISTS, write_rule


def run(
    name: Annotated[
        str, typer.Argument(help="A rule id, a family, or an IST or KIA code.", show_default=False)
    ] = "*",
    output: Annotated[str, typer.Option("-o", "--output", help="text, json or markdown.")] = "text",
) -> None:
    """List the rules, or explain those that a name stands for."""
    if output not in LISTS:
        raise UsageError(f"there is no output format {output!r}; take one of {', '.join(LISTS)}")
    rules = find_rules(name)
    is_list = any(sign in name for sign in "*?[") or name in {rule.family for rule in rules}
    if output != "text" or is_list:
        LISTS[output](rules, sys.stdout)
        return
    for number, rule in enumerate(rules):
        if number:
            typer.echo("\n" + "-" * 72 + "\n")
        shown = examples(rule)
        write_rule(rule, shown.bad, shown.good, sys.stdout)
