"""Writes a review of a pull request of GitHub: one comment a finding that has edits, as a suggestion.

It is what `POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews` of GitHub's REST API (version
2022-11-28) takes. A suggestion replaces whole lines, and is made by the same edits as ``--fix``.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import takewhile
from operator import eq
from typing import Any, NamedTuple, TextIO

from meshctl.engine.fixes import fixes
from meshctl.engine.report import FileEdit, LocatedFinding, Report
from meshctl.masking.texts import hides
from meshctl.output.as_json.texts import json_text
from meshctl.output.findings.wording import effective_fix, outcome
from meshctl.output.markdown import escaped, fenced
from meshctl.output.paths import named_from_top, repository_path
from meshctl.regular_files import read_bytes
from meshctl.words import amount, message_lines

MOST = 50
"""Comments of a review; nobody reads more, and the next run has those that are left."""
_LONGEST = 20
"""Lines that one suggestion may replace."""


class Suggestion(NamedTuple):
    """Lines of a file, counted from 1, both included, and the lines that take their place."""

    file: str
    first: int
    last: int
    lines: Sequence[str]


def render(report: Report, out: TextIO) -> None:
    """Write the review as JSON; one without comments has none to give."""
    comments, left = _comments(report)
    more = (
        f"\n\n{amount(left, 'more finding')} can be mended by `meshctl analyze --fix`."
        if left
        else ""
    )
    review = {"event": "COMMENT", "body": f"meshctl: {outcome(report)}{more}", "comments": comments}
    out.write(json_text(review, indent=2) + "\n")


def _comments(report: Report) -> tuple[list[dict[str, Any]], int]:
    """Make the comments, and count the findings with edits that have no place in this review."""
    comments: list[dict[str, Any]] = []
    taken: dict[str, set[int]] = {}
    has_returns = cache(_has_returns)
    left = 0
    for found in report.findings:
        if not found.edits:
            continue
        files = {edit.file for edit in found.edits}
        is_fit = len(comments) < MOST and len(files) == 1 and not any(map(has_returns, files))
        made = suggestion(found) if is_fit and not _are_taken(found.edits, taken) else None
        lines = set(range(made.first, made.last + 1)) if made else set()
        if made is None or lines & taken.setdefault(made.file, set()):
            left += 1
        else:
            taken[made.file] |= lines
            comments.append(_comment(report, found, made))
    return comments, left


def _has_returns(name: str) -> bool:
    """Do lines of a file end as on Windows, so that no suggestion can be written? As one that is gone."""
    try:
        return b"\r" in read_bytes(name)
    except OSError:
        return True


def _are_taken(edits: Sequence[FileEdit], taken: Mapping[str, set[int]]) -> bool:
    """Has every line that some edits change a suggestion already?"""
    if any(edit.line != edit.end_line or "\n" in edit.text for edit in edits):
        return False
    places = {(edit.file, edit.line) for edit in edits}
    return all(line in taken.get(file, ()) for file, line in places)


def suggestion(found: LocatedFinding) -> Suggestion | None:
    """Write the edits of a finding as whole lines; ``None`` where they are in no place for that."""
    files = fixes([found], unsafe=True).files
    if len(files) != 1:
        return None
    before, after = files[0].before.split("\n"), files[0].after.split("\n")
    first = _alike(before, after)
    last = len(before) - min(
        _alike(before[::-1], after[::-1]), *(len(lines) - first for lines in (before, after))
    )
    if last == first:  # lines are added alone: the one before them stays
        first = max(first - 1, 0)
        last = first + 1
    end = len(after) - (len(before) - last)
    is_hidden = hides(files[0].before, first, last) or hides(files[0].after, first, end)
    if last - first > _LONGEST or is_hidden:
        return None
    return Suggestion(files[0].name, first + 1, last, after[first:end])


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """Count the lines at the start that both have."""
    return len([*takewhile(bool, map(eq, some, others))])


def _comment(report: Report, found: LocatedFinding, made: Suggestion) -> dict[str, Any]:
    place: dict[str, Any] = {
        "path": repository_path(named_from_top(made.file, report.root)),
        "side": "RIGHT",
        "line": made.last,
    }
    if made.first < made.last:
        place |= {"start_line": made.first, "start_side": "RIGHT"}
    return {**place, "body": "\n\n".join(_paragraphs(report, found, made))}


def _paragraphs(report: Report, found: LocatedFinding, made: Suggestion) -> Iterator[str]:
    page = report.page_of(found.rule)
    name = f"[`{found.rule}`]({page})" if page else f"`{found.rule}`"
    first, *rest = map(escaped, message_lines(found.message))
    yield f"{name}: {first}"
    yield from rest
    fix = effective_fix(report, found)
    if fix:
        yield f"**Fix:** {escaped(fix)}"
    if not found.is_safe:
        yield "Look at it first: it may not be what was meant."
    yield fenced("\n".join(made.lines), "suggestion") if made.lines else "```suggestion\n```"
