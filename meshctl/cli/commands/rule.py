"""``meshctl rule``: list the rules, or explain one."""

import sys
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Annotated

import typer

from meshctl.cli.options import complete
from meshctl.engine.catalog.clauses import clauses
from meshctl.engine.catalog.coverage import coverage
from meshctl.engine.catalog.documentation import examples, find_rules, search_rules
from meshctl.engine.life_cycle import notes
from meshctl.errors import UsageError
from meshctl.output.catalog.coverage import TABLES
from meshctl.output.catalog.rules import LISTS, write_rule
from meshctl.output.stderr import complain
from meshctl.rules.api import Rule
from meshctl.words import quoted


def run(
    name: Annotated[
        str,
        typer.Argument(
            help="A rule id, a family, an IST or KIA code, or a symptom: 503, UF, RBAC.",
            show_default=False,
            autocompletion=complete.rules,
        ),
    ] = "*",
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
    """List the rules, or explain those that a name stands for."""
    if output not in LISTS:
        raise UsageError(
            f"there is no output format {quoted(output)}; take one of {', '.join(LISTS)}"
        )
    if compare:
        write_coverage(name, output)
        return
    if search:
        LISTS[output](sorted(search_rules(search), key=lambda rule: rule.family), sys.stdout)
        return
    _write_rules(name, output)


def _write_rules(name: str, output: str) -> None:
    rules = _rules(name)
    if not rules:
        return
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


def _rules(name: str) -> Sequence[Rule]:
    """Find rules by name; for the name of a symptom, write what causes it and give none."""
    try:
        return find_rules(name)
    except UsageError:
        from meshctl.inspect.diagnose.matching import named

        symptoms = named(name)
        if not symptoms:
            raise
        from meshctl.output.diagnose.signatures import write_signatures

        write_signatures(symptoms, sys.stdout)
        return ()


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
