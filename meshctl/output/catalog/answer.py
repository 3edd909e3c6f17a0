"""Writes what ``meshctl rule`` is asked for: rules, the causes of a symptom, coverage."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TextIO

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

_LINE = "-" * 72


def write_found(words: str, output: str, out: TextIO) -> None:
    """List the rules that speak of some words, by family."""
    _check(output)
    LISTS[output](sorted(search_rules(words), key=lambda rule: rule.family), out)


def write_named(name: str, output: str, out: TextIO) -> None:
    """List the rules of a family or glob; explain those that another name stands for.

    Raises UsageError with the closest name when there is none.
    """
    _check(output)
    rules = _rules(name, out)
    if not rules:
        return
    for note in notes([("meshctl rule", name)]):
        complain(f"note: {note}")
    is_list = any(sign in name for sign in "*?[") or name in {rule.family for rule in rules}
    if output != "text" or is_list:
        LISTS[output](rules, out)
        return
    for number, rule in enumerate(rules):
        if number:
            out.write(f"\n{_LINE}\n\n")
        shown = examples(rule)
        write_rule(rule, shown.bad, shown.good, out)


def _rules(name: str, out: TextIO) -> Sequence[Rule]:
    """Find rules by name; for the name of a symptom, write what causes it and give none."""
    try:
        return find_rules(name)
    except UsageError:
        from meshctl.inspect.diagnose.matching import named  # noqa: PLC0415 - for symptoms alone

        symptoms = named(name)
        if not symptoms:
            raise
        from meshctl.output.diagnose.signatures import write_signatures  # noqa: PLC0415

        write_signatures(symptoms, out)
        return ()


def write_judged(name: str, output: str, out: TextIO) -> None:
    """Write the tables of codes and of clauses, or the rows of some codes or kinds.

    Raises UsageError where neither a code nor a kind has the name.
    """
    _check(output)
    codes = [row for row in coverage() if fnmatchcase(row.code, name)]
    judged = [row for row in clauses() if fnmatchcase(row.kind, name)]
    if not codes and not judged:
        raise UsageError(
            f"neither istioctl nor Kiali has a code {quoted(name)}, and no clauses of such a kind "
            "are listed"
        )
    TABLES[output](codes, judged, out)


def _check(output: str) -> None:
    if output not in LISTS:
        raise UsageError(
            f"there is no output format {quoted(output)}; take one of {', '.join(LISTS)}"
        )
