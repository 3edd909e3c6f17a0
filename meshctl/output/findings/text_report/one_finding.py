"""Writes one finding for people: what, where with its lines, why, and the fix."""

from collections.abc import Iterator
from typing import NamedTuple, TextIO

from meshctl.engine.report import LocatedFinding, Location, Report, ResourceId
from meshctl.output.colour import Paint
from meshctl.output.findings.code_frame import (
    FrameRow,
    code_frame,
    gutter_width,
    numbered,
    width_for,
)
from meshctl.output.findings.wording import effective_fix, place
from meshctl.words import message_lines, one_line, visible

_CONTEXT = 2
_RELATED_CONTEXT = 1


class Canvas(NamedTuple):
    """What a report is written on: how it is painted, and the columns of a terminal, if it is one.

    ``out`` is a terminal with colours, where the lines of frames are highlighted as YAML.
    """

    paint: Paint
    columns: int | None = None
    out: TextIO | None = None


def finding_lines(report: Report, finding: LocatedFinding, canvas: Canvas) -> Iterator[str]:
    """Write a finding with the lines of its places."""
    paint = canvas.paint
    level = finding.severity.value
    first, *more = message_lines(finding.message)
    yield f"{paint(f'{level}[{finding.rule}]', level)} {paint(first, 'message')}"
    yield from (f"  {paint(line, 'message')}" for line in more)
    rows = _rows(finding.location, _CONTEXT, "^", canvas)
    related = [
        (item, _rows(item.location, _RELATED_CONTEXT, "-", canvas)) for item in finding.related
    ]
    gutter = gutter_width([*rows, *(row for _, frame in related for row in frame)])
    yield _arrow("-->", finding.location, finding.resource, paint) + in_clusters(finding)
    yield from _frame(rows, gutter, level, canvas)
    for item, frame in related:
        arrow = _arrow("see", item.location, item.resource, paint)
        yield f"{arrow}: {one_line(item.message)}"
        yield from _frame(frame, gutter, "related", canvas)
    fix = effective_fix(report, finding)
    if fix:
        yield f"  {paint('fix:', 'fix')} {one_line(fix)}"


def in_clusters(finding: LocatedFinding) -> str:
    """Name the clusters in which it holds; nothing where the mesh has only one."""
    names = ", ".join(map(visible, finding.clusters))
    return f"  in {names}" if names else ""


def _arrow(arrow: str, location: Location, resource: ResourceId, paint: Paint) -> str:
    title = f"  {visible(resource.title)}" if any(resource) else ""
    return f"  {paint(arrow, 'gutter')} {visible(place(location))}{title}"


def _rows(location: Location, context: int, mark: str, canvas: Canvas) -> list[FrameRow]:
    return code_frame(location, context, mark, width_for(canvas.columns, location, context))


def _frame(rows: list[FrameRow], gutter: int, style: str, canvas: Canvas) -> Iterator[str]:
    paint = canvas.paint
    for row in _highlighted(rows, canvas):
        number, bar, text = numbered(row, gutter).partition(" |")
        yield f"  {paint(number + bar, 'gutter')}{paint(text, style) if row.is_mark else text}"


def _highlighted(rows: list[FrameRow], canvas: Canvas) -> Iterator[FrameRow]:
    code = [row.text for row in rows if not row.is_mark]
    if canvas.out is not None and code:
        from meshctl.output.drawing import highlighted  # noqa: PLC0415 - rich is slow

        code = highlighted(code, canvas.out)
    texts = iter(code)
    for row in rows:
        yield row if row.is_mark else row._replace(text=next(texts))


def short_lines(report: Report, finding: LocatedFinding, more: str, paint: Paint) -> Iterator[str]:
    """Write a finding without its lines; ``more`` says how many others are like it."""
    level = finding.severity.value
    yield f"{paint(f'{level}[{finding.rule}]', level)} {paint(one_line(finding.message), 'message')}"
    yield _arrow("-->", finding.location, finding.resource, paint) + in_clusters(finding)
    if more:
        yield f"  {paint(more, 'related')}"
    elif fix := effective_fix(report, finding):
        yield f"  {paint('fix:', 'fix')} {one_line(fix)}"


def one_liner(finding: LocatedFinding, paint: Paint) -> str:
    """Write a finding as one line, as compilers do."""
    level = finding.severity.value
    words = f"{paint(f'{level}[{finding.rule}]', level)} {one_line(finding.message)}"
    return f"{visible(place(finding.location))}: {words}{in_clusters(finding)}"
