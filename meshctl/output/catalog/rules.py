"""Writes the list of rules, and the page of one."""

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import TextIO

from meshctl.rules.api import Rule
from meshctl.words import amount


def write_list(rules: Sequence[Rule], out: TextIO) -> None:
    """List rules by family: id, severity, summary, equivalents."""
    from meshctl.output.colour import painter  # noqa: PLC0415 - what writes JSON needs none
    from meshctl.output.terminal import hanging, width_of  # noqa: PLC0415 - see above

    width = max(len(rule.id) for rule in rules)
    columns, paint = width_of(out), painter(out)
    for family, members in groupby(rules, key=lambda rule: rule.family):
        out.write(f"{paint(family, 'message')}\n")
        for rule in members:
            codes = f"  ({', '.join(rule.equivalents)})" if rule.equivalents else ""
            if columns is None:
                out.write(f"  {rule.id:<{width}}  {rule.severity:<7}  {rule.summary}{codes}\n")
            else:
                severity = paint(rule.severity, rule.severity)
                head = hanging(f"  {rule.id}  {severity}{codes}", columns)
                out.writelines(f"{line}\n" for line in head)
                out.write(f"{_filled(rule.summary, columns, ' ' * 6)}\n")
    out.write(f"\n{amount(len(rules), 'rule')}; `meshctl rule ID` explains one\n")


def write_rule(rule: Rule, bad: str, good: str, out: TextIO) -> None:
    """Explain a rule: why, what happens at run time, the fix, a bad and a good example."""
    from meshctl.output.terminal import width_of  # noqa: PLC0415 - see above

    codes = f", like {', '.join(rule.equivalents)}" if rule.equivalents else ""
    out.write(f"{rule.id}  ({rule.severity}, since {rule.since}{codes}{_life(rule)})\n")
    if rule.deprecated:
        out.write(f"Deprecated: {rule.deprecated}\n")
    width = width_of(out)
    out.write(f"\n{_wrapped(rule.docs, width)}\n")
    for title, text, style in (("Reported", bad, "red"), ("Fine", good, "green")):
        if text and width is not None:
            from meshctl.output.drawing import draw_yaml  # noqa: PLC0415 - rich takes 40 ms

            out.write("\n")
            draw_yaml(title, text, style, out, width)
        elif text:
            out.write(f"\n{title}:\n\n")
            out.writelines(f"    {line}\n" if line else "\n" for line in text.splitlines())


def _wrapped(docs: str, width: int | None) -> str:
    """Wrap the paragraphs of a text for a terminal that is narrower."""
    if width is None or all(len(line) <= width for line in docs.splitlines()):
        return docs
    return "\n\n".join(_filled(paragraph, width) for paragraph in docs.split("\n\n"))


def _filled(text: str, width: int, indent: str = "") -> str:
    from textwrap import fill  # noqa: PLC0415 - for terminals alone

    return fill(
        text, width, initial_indent=indent, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _life(rule: Rule) -> str:
    """Word where in its life a rule is, and how it was called before."""
    preview = ", in preview" if rule.preview else ""
    when = ", only when selected" if rule.runs_when_named else ""
    before = f", formerly {', '.join(rule.renamed_from)}" if rule.renamed_from else ""
    return f"{preview}{when}{before}"


def write_json(rules: Sequence[Rule], out: TextIO) -> None:
    """Write rules as a JSON list."""
    entries = [
        {
            "id": rule.id,
            "severity": rule.severity,
            "equivalents": list(rule.equivalents),
            "since": rule.since,
            "renamed_from": list(rule.renamed_from),
            "preview": rule.preview,
            "deprecated": rule.deprecated or None,
            "summary": rule.summary,
            "docs": rule.docs,
        }
        for rule in rules
    ]
    json.dump(entries, out, indent=2)
    out.write("\n")


def write_markdown(rules: Sequence[Rule], out: TextIO) -> None:
    """Write rules as a table."""
    out.write("| rule | severity | finds | also known as |\n|---|---|---|---|\n")
    for rule in rules:
        summary = rule.summary.rstrip(".").replace("|", "\\|")
        codes = ", ".join(rule.equivalents)
        out.write(f"| `{rule.id}` | {rule.severity} | {summary} | {codes} |\n")


def write_family(family: str, rules: Sequence[Rule], out: TextIO) -> None:
    """Write the page of a family: a table, then each rule with what happens and the fix."""
    out.write(f"# {family}\n\n")
    write_markdown(rules, out)
    for rule in rules:
        codes = f"; like {', '.join(rule.equivalents)}" if rule.equivalents else ""
        out.write(f"\n## {rule.id}\n\n")
        out.write(f"{rule.severity}, since {rule.since}{codes}{_life(rule)}.\n")
        if rule.deprecated:
            out.write(f"\n**Deprecated:** {rule.deprecated}\n")
        out.write("\n" + rule.docs.replace("\nFix:", "\n**Fix:**") + "\n")


def write_families(families: Sequence[tuple[str, int]], out: TextIO) -> None:
    """Write the index of the pages: each family's folder, and how many rules it has."""
    out.write(
        "# Rules\n\nMade from the rules by `make update`; `meshctl rule ID` shows the same with "
    )
    out.write("examples.\n\n| family | rules |\n|---|---|\n")
    out.writelines(
        f"| [{family.replace('_', '-')}]({family}.md) | {number} |\n" for family, number in families
    )
    total = sum(number for _, number in families)
    out.write(f"\n{amount(total, 'rule')} in {amount(len(families), 'family')}.\n")


LISTS: dict[str, Callable[[Sequence[Rule], TextIO], None]] = {
    "text": write_list,
    "json": write_json,
    "markdown": write_markdown,
}
