"""Writes what ``diff`` answers: text, JSON, a page, or Markdown for a pull request."""

from typing import TextIO

from meshctl.inspect.changes.comparison import Comparison
from meshctl.output.as_json.answers import write_json
from meshctl.output.changes.form import comparison_form
from meshctl.output.changes.lines import CUT, Line, outcome_of, parts
from meshctl.output.lines import write_lines
from meshctl.output.markdown import Limited, escaped
from meshctl.words import amount, visible

FORMATS = ("text", "json", "markdown", "html")
_ENDS = 1_500
"""Bytes for the headings of all parts, and for what is said of lines that are left out."""
_LONGEST = 400


def write_comparison(output: str, found: Comparison, out: TextIO) -> None:
    """Write a comparison in one of ``FORMATS``."""
    if output == "json":
        write_json(comparison_form(found), out)
    elif output == "markdown":
        _write_markdown(found, out)
    elif output == "html":
        from meshctl.output.changes.html import write_page_of  # noqa: PLC0415 - for this format alone

        write_page_of(found, out)
    else:
        _write_text(found, out)


def _write_text(found: Comparison, out: TextIO) -> None:
    for part in parts(found):
        write_lines([part.heading], out)
        for line in part.lines:
            write_lines([f"  {visible(line.title)}"], out)
            if line.was or line.now:
                write_lines([f"    - {visible(line.was)}", f"    + {visible(line.now)}"], out)
        write_lines([""], out)
    ends = [CUT] if found.changes.is_cut else []
    write_lines([*ends, outcome_of(found)], out)


def _write_markdown(found: Comparison, out: TextIO) -> None:
    comment = Limited(out)
    comment.write(f"### meshctl diff\n\n{outcome_of(found)}\n")
    if found.changes.is_cut:
        comment.write(f"\n{CUT}\n")
    for part in parts(found):
        comment.write(f"\n#### {part.heading}\n\n")
        told = comment.write_fitting(map(_bullet, part.lines), comment.left - _ENDS)
        if told < len(part.lines):
            more = amount(len(part.lines) - told, "more line")
            comment.write(f"\nand {more} (-o json has all)\n")


def _bullet(line: Line) -> str:
    title, was, now = (escaped(visible(cell)[:_LONGEST]) for cell in line)
    rest = f"\n  * was: {was}\n  * is: {now}" if was or now else ""
    return f"* {title}{rest}\n"
