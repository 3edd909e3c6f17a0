"""Writes what ``meshctl rule`` is asked for: rules, the causes of a symptom, coverage."""

import shlex
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TextIO

from meshctl.engine.catalog.clauses import clauses
from meshctl.engine.catalog.coverage import coverage
from meshctl.engine.catalog.documentation import examples, find_rules
from meshctl.engine.life_cycle import notes
from meshctl.errors import UsageError
from meshctl.output.catalog.coverage import TABLES
from meshctl.output.catalog.rules import LISTS, write_rule
from meshctl.output.destinations import check_format
from meshctl.output.stderr import complain
from meshctl.rules.api import Rule
from meshctl.words import quoted

_LINE = "-" * 72
_MEANT = "did you mean"


def write_found(words: str, output: str, out: TextIO, note: str = "") -> None:
    """List the rules that speak of some words by family, the family of the likeliest first.

    ``note`` is said where there are some; UsageError where there are none.
    """
    check_format(output, *LISTS)
    from meshctl.engine.catalog.search import search_rules  # noqa: PLC0415 - for a search alone

    found = search_rules(words)
    if note:
        complain(note)
    if not found.is_whole:
        complain(f"note: no rule speaks of all of {quoted(words)}; these speak of the most of it")
    families = list(dict.fromkeys(rule.family for rule in found.rules))
    LISTS[output](sorted(found.rules, key=lambda rule: families.index(rule.family)), out)


def write_named(names: Sequence[str], output: str, out: TextIO) -> None:
    """Explain the rule that a name stands for; list those of a family, a glob, or a common code.

    Raises UsageError with the closest name for one that is none.
    """
    check_format(output, *LISTS)
    rules = list(dict.fromkeys(rule for name in names for rule in _rules(name, output, out)))
    if not rules:
        return
    for note in notes([("meshctl rule", name) for name in names]):
        complain(f"note: {note}")
    is_list = any(sign in name for name in names for sign in "*?[") or not {
        rule.family for rule in rules
    }.isdisjoint(names)
    if output != "text" or is_list or len(rules) > len(names):
        LISTS[output](sorted(rules, key=lambda rule: rule.family), out)
        return
    for number, rule in enumerate(rules):
        if number:
            out.write(f"\n{_LINE}\n\n")
        shown = examples(rule)
        write_rule(rule, shown.bad, shown.good, out)


def _rules(name: str, output: str, out: TextIO) -> Sequence[Rule]:
    """Find rules by name; for a symptom, write what causes it, and for another word what speaks of it.

    Those are none: they are the answer already.
    """
    try:
        return find_rules(name)
    except UsageError as error:
        from meshctl.inspect.diagnose.matching import named  # noqa: PLC0415 - for symptoms alone

        symptoms = named(name)
        if not (symptoms or "/" in name or _MEANT in str(error)):
            note = f"note: no rule is called {quoted(name)}; these speak of it"
            write_found(name, output, out, note)
            return ()
        if not symptoms:
            searched = shlex.join(["meshctl", "rule", "--search", name])
            joined = " " if str(error).endswith("?") else "; "
            raise UsageError(f"{error}{joined}{searched} looks in their texts") from None
        from meshctl.output.diagnose.signatures import write_signatures  # noqa: PLC0415

        write_signatures(symptoms, out)
        return ()


def write_judged(names: Sequence[str], output: str, out: TextIO) -> None:
    """Write the tables of codes and of clauses, or the rows of some codes or kinds.

    Raises UsageError where neither a code nor a kind has the name.
    """
    check_format(output, *LISTS)
    codes = [row for row in coverage() if any(fnmatchcase(row.code, name) for name in names)]
    judged = [row for row in clauses() if any(fnmatchcase(row.kind, name) for name in names)]
    if not codes and not judged:
        raise UsageError(
            f"neither istioctl nor Kiali has a code {quoted(' '.join(names))}, and no clauses of such a kind "
            "are listed"
        )
    TABLES[output](codes, judged, out)
