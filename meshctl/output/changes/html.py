"""Writes what ``diff`` answers as one HTML page: each change with how it was and is."""

from collections.abc import Iterator
from typing import TextIO

from meshctl.inspect.changes.comparison import Comparison
from meshctl.output.changes.lines import CUT, NEW, Line, outcome_of, parts
from meshctl.output.findings.html import finding_list
from meshctl.output.findings.text_report.view import ReportView
from meshctl.output.page.frame import Page, Section, write_page
from meshctl.output.page.markup import Markup, table, text

_MOST_LINES = 2_000


def write_page_of(found: Comparison, out: TextIO) -> None:
    """Write the page."""
    lead = (outcome_of(found), *([CUT] if found.changes.is_cut else ()))
    write_page(Page("What the change does", lead, tuple(_sections(found))), out)


def _sections(found: Comparison) -> Iterator[Section]:
    for number, part in enumerate(parts(found)):
        if part.heading == NEW:
            report = found.after.with_findings(found.new)
            yield Section("new-findings", NEW, finding_list(report, ReportView()))
        else:
            yield Section(f"part-{number}", part.heading, _changes(part.lines))
    objects = [
        (changed_object.word, changed_object.either.title)
        for changed_object in found.changes.objects
    ]
    if objects:
        caption = "The objects that differ."
        yield Section("objects", "Objects", [table(caption, ("change", "object"), objects)])


def _changes(several: tuple[Line, ...]) -> Iterator[Markup]:
    yield from map(_change, several[:_MOST_LINES])
    if len(several) > _MOST_LINES:
        yield f"<p>and {len(several) - _MOST_LINES} more; -o json has all</p>\n"


def _change(line: Line) -> Markup:
    was, now = (
        f'<span class="{name}">{text(value)}</span>' if line.was or line.now else ""
        for name, value in (("was", line.was), ("is", line.now))
    )
    title = f"<b>{text(line.title)}</b>" if was else text(line.title)
    return f'<div class="change">{title}{was}{now}</div>\n'
