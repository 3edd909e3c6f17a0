"""How is the table written that compares our rules with istioctl and Kiali?"""

import json
import textwrap
from collections.abc import Callable, Sequence
from typing import TextIO

from meshctl.engine.catalog.coverage import Coverage

_WIDTH = 100


def write_text(rows: Sequence[Coverage], out: TextIO) -> None:
    """Write a block for each code: what it is about, our rules, what differs."""
    for row in rows:
        out.write(f"{row.code}  {row.title}\n")
        _write_field("rules" if row.rules else "no rule", ", ".join(row.rules), out)
        if row.differs:
            _write_field("differs" if row.rules else "because", row.differs, out)
    found = sum(bool(row.rules) for row in rows)
    out.write(f"\n{found} of {len(rows)} codes have a rule\n")


def _write_field(name: str, text: str, out: TextIO) -> None:
    indent = " " * 13
    lines = textwrap.wrap(
        text, _WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False
    )
    first = lines[0].strip() if lines else ""
    out.write(f"    {name:<7}  {first}".rstrip() + "\n")
    out.writelines(f"{line}\n" for line in lines[1:])


def write_json(rows: Sequence[Coverage], out: TextIO) -> None:
    """Write a JSON list."""
    entries = [{**row._asdict(), "rules": list(row.rules)} for row in rows]
    json.dump(entries, out, indent=2)
    out.write("\n")


def write_markdown(rows: Sequence[Coverage], out: TextIO) -> None:
    """Write a table."""
    out.write("| code | finds | our rules | what differs |\n|---|---|---|---|\n")
    for row in rows:
        rules = ", ".join(f"`{rule}`" for rule in row.rules) or "none"
        differs = row.differs.replace("|", "\\|")
        out.write(f"| {row.code} | {row.title} | {rules} | {differs} |\n")


TABLES: dict[str, Callable[[Sequence[Coverage], TextIO], None]] = {
    "text": write_text,
    "json": write_json,
    "markdown": write_markdown,
}
