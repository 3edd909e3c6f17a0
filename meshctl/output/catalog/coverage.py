"""Writes what the rules cover: the codes of istioctl and Kiali, and the clauses of each kind."""

import json
import textwrap
from collections.abc import Callable, Sequence
from typing import TextIO

from meshctl.engine.catalog.clauses import Clause
from meshctl.engine.catalog.coverage import Coverage

_WIDTH = 100


def write_text(codes: Sequence[Coverage], clauses: Sequence[Clause], out: TextIO) -> None:
    """Write a block for each code and each clause: our rules, what differs, why there is none."""
    for row in codes:
        out.write(f"{row.code}  {row.title}\n")
        _write_field("rules" if row.rules else "no rule", ", ".join(row.rules), out)
        if row.differs:
            _write_field("differs" if row.rules else "because", row.differs, out)
    if codes:
        found = sum(bool(row.rules) for row in codes)
        out.write(f"\n{found} of {len(codes)} codes have a rule\n")
    for clause in clauses:
        out.write(f"{clause.kind}  {clause.field}\n")
        if clause.rules:
            _write_field("asks", clause.question, out)
            _write_field("rules", ", ".join(clause.rules), out)
            if clause.but_not:
                _write_field("but not", clause.but_not, out)
        else:
            _write_field("because", clause.because, out)
    if clauses:
        judged = sum(bool(clause.rules) for clause in clauses)
        out.write(f"\n{judged} of {len(clauses)} clauses are judged\n")


def _write_field(name: str, text: str, out: TextIO) -> None:
    indent = " " * 13
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
    first = lines[0].strip() if lines else ""
    out.write(f"    {name:<7}  {first}".rstrip() + "\n")
    out.writelines(f"{line}\n" for line in lines[1:])


def write_json(codes: Sequence[Coverage], clauses: Sequence[Clause], out: TextIO) -> None:
    """Write one JSON list: the codes, then the clauses."""
    rows: list[Coverage | Clause] = [*codes, *clauses]
    entries = [{**row._asdict(), "rules": list(row.rules)} for row in rows]
    json.dump(entries, out, indent=2)
    out.write("\n")


def write_markdown(codes: Sequence[Coverage], clauses: Sequence[Clause], out: TextIO) -> None:
    """Write a table of the codes, and one of the clauses."""
    if codes:
        out.write("| code | finds | our rules | what differs |\n|---|---|---|---|\n")
    out.writelines(
        f"| {row.code} | {row.title} | {_rules(row.rules)} | {_cell(row.differs)} |\n"
        for row in codes
    )
    if codes and clauses:
        out.write("\n")
    if clauses:
        out.write("| kind | field | judged by | rules, or why there is none |\n|---|---|---|---|\n")
    for clause in clauses:
        said = _rules(clause.rules) if clause.rules else _cell(clause.because)
        said += f"; but not {_cell(clause.but_not)}" if clause.but_not else ""
        asked = f"`{clause.question}`" if clause.question else "nothing"
        out.write(f"| {clause.kind} | `{clause.field}` | {asked} | {said} |\n")


def _rules(rules: Sequence[str]) -> str:
    return ", ".join(f"`{rule}`" for rule in rules) or "none"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


TABLES: dict[str, Callable[[Sequence[Coverage], Sequence[Clause], TextIO], None]] = {
    "text": write_text,
    "json": write_json,
    "markdown": write_markdown,
}
