"""Reports once what has one fingerprint: findings of copies of an object, and of one subject."""

from collections.abc import Sequence

from meshctl.engine.report import LocatedFinding, RelatedPlace
from meshctl.words import amount

MOST_NAMED = 5
"""Files that a finding names."""


def merge(findings: Sequence[LocatedFinding]) -> list[LocatedFinding]:
    """Join findings with one fingerprint; the gravest of them speaks for all."""
    groups: dict[str, list[LocatedFinding]] = {}
    for found in findings:
        groups.setdefault(found.fingerprint, []).append(found)
    return [_join(group) if len(group) > 1 else group[0] for group in groups.values()]


def _join(group: Sequence[LocatedFinding]) -> LocatedFinding:
    first = max(group, key=lambda found: found.severity.rank)
    others = [found for found in group if found is not first]
    message = first.message
    if first.is_told_once:
        files = {found.location.file for found in others}
        message += f" ({amount(len(others), 'more place')} in {amount(len(files), 'file')})"
        others = _one_a_file(others, first.location.file)
    named = tuple(
        RelatedPlace("the same in this file", found.resource, found.location)
        for found in others[:MOST_NAMED]
    )
    clusters = dict.fromkeys(name for found in group for name in found.clusters)
    return first._replace(
        message=message, related=(*first.related, *named), clusters=tuple(clusters)
    )


def _one_a_file(findings: Sequence[LocatedFinding], told: str) -> list[LocatedFinding]:
    files: dict[str, LocatedFinding] = {}
    for found in findings:
        if found.location.file != told:
            files.setdefault(found.location.file, found)
    return list(files.values())
