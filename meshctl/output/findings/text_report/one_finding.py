"""Writes one finding for people: what, where with its lines, why, and the fix."""

from collections.abc import Iterator

from meshctl.engine.report import LocatedFinding, Location, Report, ResourceId
from meshctl.output.colour import Paint
from meshctl.output.findings.code_frame import FrameRow, code_frame, gutter_width, numbered
from meshctl.output.findings.wording import effective_fix, place
from meshctl.words import message_lines, one_line, visible

_CONTEXT = 2
_RELATED_CONTEXT = 1


def finding_lines(report: Report, finding: LocatedFinding, paint: Paint) -> Iterator[str]:
    """Write a finding with the lines of its places."""
    level = finding.severity.value
    first, *more = message_lines(finding.message)
    yield f"{paint(f'{level}[{finding.rule}]', level)} {paint(first, 'message')}"
    yield from (f"  {paint(line, 'message')}" for line in more)
    rows = code_frame(finding.location, _CONTEXT)
    related = [
        (item, code_frame(item.location, _RELATED_CONTEXT, mark="-")) for item in finding.related
    ]
    gutter = gutter_width([*rows, *(row for _, frame in related for row in frame)])
    yield _arrow("-->", finding.location, finding.resource, paint)
    yield from _frame(rows, gutter, level, paint)
    for item, frame in related:
        arrow = _arrow("see", item.location, item.resource, paint)
        yield f"{arrow}: {one_line(item.message)}"
        yield from _frame(frame, gutter, "related", paint)
    fix = effective_fix(report, finding)
    if fix:
        yield f"  {paint('fix:', 'fix')} {one_line(fix)}"


def _arrow(arrow: str, location: Location, resource: ResourceId, paint: Paint) -> str:
    title = f"  {visible(resource.title)}" if any(resource) else ""
    return f"  {paint(arrow, 'gutter')} {visible(place(location))}{title}"


def _frame(rows: list[FrameRow], gutter: int, style: str, paint: Paint) -> Iterator[str]:
    for row in rows:
        number, bar, text = numbered(row, gutter).partition(" |")
        yield f"  {paint(number + bar, 'gutter')}{paint(text, style) if row.is_mark else text}"


def short_lines(report: Report, finding: LocatedFinding, more: str, paint: Paint) -> Iterator[str]:
    """Write a finding without its lines; ``more`` says how many others are like it."""
    level = finding.severity.value
    yield f"{paint(f'{level}[{finding.rule}]', level)} {paint(one_line(finding.message), 'message')}"
    yield _arrow("-->", finding.location, finding.resource, paint)
    if more:
        yield f"  {paint(more, 'related')}"
    elif fix := effective_fix(report, finding):
        yield f"  {paint('fix:', 'fix')} {one_line(fix)}"


def one_liner(finding: LocatedFinding, paint: Paint) -> str:
    """Write a finding as one line, as compilers do."""
    level = finding.severity.value
    words = f"{paint(f'{level}[{finding.rule}]', level)} {one_line(finding.message)}"
    return f"{visible(place(finding.location))}: {words}"
