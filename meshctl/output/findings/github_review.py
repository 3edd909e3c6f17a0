"""Writes a review of a pull request of GitHub: one comment a finding that has edits, as a suggestion.

It is what `POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews` of GitHub's REST API (version
2022-11-28) takes. A suggestion replaces whole lines, and is made by the same edits as ``--fix``.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, NamedTuple, TextIO

from meshctl.engine.fixes import fixes
from meshctl.engine.report import LocatedFinding, Report
from meshctl.masking.texts import masked_file
from meshctl.output.as_json.texts import json_text
from meshctl.output.findings.wording import effective_fix, outcome
from meshctl.output.markdown import escaped, fenced
from meshctl.output.paths import named_from_top, repository_path
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
    left = 0
    for found in report.findings:
        if not found.edits:
            continue
        made = suggestion(found) if len(comments) < MOST else None
        lines = set(range(made.first, made.last + 1)) if made else set()
        if made is None or lines & taken.setdefault(made.file, set()):
            left += 1
        else:
            taken[made.file] |= lines
            comments.append(_comment(report, found, made))
    return comments, left


def suggestion(found: LocatedFinding) -> Suggestion | None:
    """Write the edits of a finding as whole lines; ``None`` where they are in no place for that."""
    files = fixes([found], unsafe=True).files
    if len(files) != 1 or "\r" in files[0].before:
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
    is_shown = all(
        masked_file(text).split("\n")[first:until] == text.split("\n")[first:until]
        for text, until in ((files[0].before, last), (files[0].after, end))
    )
    if last - first > _LONGEST or not is_shown:
        return None
    return Suggestion(files[0].name, first + 1, last, after[first:end])


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    """Count the lines at the start that both have."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(some, others, strict=False))
    )


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
