"""Reports a finding of an object that stands in several files once, with the files named."""

from collections.abc import Sequence

from meshctl.engine.report import LocatedFinding, RelatedPlace

MOST_NAMED = 5
"""Files of copies that a finding names."""


def merge(findings: Sequence[LocatedFinding]) -> list[LocatedFinding]:
    """Join findings with one fingerprint in several files; the gravest of them speaks for all."""
    groups: dict[str, list[LocatedFinding]] = {}
    for found in findings:
        groups.setdefault(found.fingerprint, []).append(found)
    return [_join(group) if len(group) > 1 else group[0] for group in groups.values()]


def _join(group: Sequence[LocatedFinding]) -> LocatedFinding:
    first = max(group, key=lambda found: found.severity.rank)
    others = [found for found in group if found is not first]
    named = tuple(
        RelatedPlace("the same in this file", found.resource, found.location)
        for found in others[:MOST_NAMED]
    )
    clusters = dict.fromkeys(name for found in group for name in found.clusters)
    return first._replace(related=(*first.related, *named), clusters=tuple(clusters))
