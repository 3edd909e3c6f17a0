"""Moves findings with the lines that they are about, until the next analysis places them anew."""

from collections.abc import Iterable, Iterator

from meshctl.engine.report import LocatedFinding


def moved(found: Iterable[LocatedFinding], old: str, new: str) -> Iterator[LocatedFinding]:
    """Walk the findings of a text, each on the line that its own has in the new text."""
    before, after = old.split("\n"), new.split("\n")
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    down = len(after) - len(before)
    for finding in found:
        place = finding.location
        if place.line > same and down:
            line, end = place.line + down, place.end_line + down
            place = place._replace(line=max(line, same + 1), end_line=max(end, same + 1))
            yield finding._replace(location=place)
        else:
            yield finding
