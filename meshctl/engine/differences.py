"""Compares the findings of two analyses."""

from collections import Counter
from collections.abc import Iterable

from meshctl.engine.report import LocatedFinding

_Same = tuple[str, str, str, str, str, str, str, str]


def difference(
    before: Iterable[LocatedFinding], after: Iterable[LocatedFinding]
) -> tuple[list[LocatedFinding], list[LocatedFinding]]:
    """List the findings that are new, and those that are gone.

    Findings are the same when they say the same about one place of one object, in whatever file,
    line and API version it is, and weigh the same: what was a smell may break now.
    """
    earlier, later = list(before), list(after)
    return _beyond(later, earlier), _beyond(earlier, later)


def _beyond(several: list[LocatedFinding], known: list[LocatedFinding]) -> list[LocatedFinding]:
    counts = Counter(map(_same, known))
    found = []
    for finding in several:
        if counts[_same(finding)] > 0:
            counts[_same(finding)] -= 1
        else:
            found.append(finding)
    return found


def _same(found: LocatedFinding) -> _Same:
    group = found.resource.api_version.rpartition("/")[0]
    place = found.location.path
    return found.rule, found.severity, group, *found.resource[1:], place, found.message
