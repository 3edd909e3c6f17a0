"""Writes what ``diff`` answers: text, JSON, a page, or Markdown for a pull request."""

from typing import TextIO

from meshctl.inspect.changes.comparison import Comparison
from meshctl.output.answer_json import write_json
from meshctl.output.changes.form import comparison_form
from meshctl.output.changes.lines import CUT, Line, outcome_of, parts
from meshctl.output.lines import write_lines
from meshctl.output.markdown import escaped
from meshctl.words import amount, visible

FORMATS = ("text", "json", "markdown", "html")
_MOST_MARKDOWN = 60_000
_LONGEST = 400


def write_comparison(found: Comparison, output: str, out: TextIO) -> None:
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
    out.write(f"### meshctl diff\n\n{outcome_of(found)}\n")
    left = _MOST_MARKDOWN
    for part in parts(found):
        out.write(f"\n#### {part.heading}\n\n")
        for number, line in enumerate(part.lines):
            text = _bullet(line)
            left -= len(text.encode())
            if left < 0:
                out.write(f"\nand {amount(len(part.lines) - number, 'more line')}\n")
                return
            out.write(text)
    if found.changes.is_cut:
        out.write(f"\n{CUT}\n")


def _bullet(line: Line) -> str:
    title, was, now = (escaped(visible(one)[:_LONGEST]) for one in line)
    rest = f"\n  * was: {was}\n  * is: {now}" if was or now else ""
    return f"* {title}{rest}\n"
