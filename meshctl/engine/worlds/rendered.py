"""Asks the rules about each alternative that was rendered: one set of values, one overlay.

Each stands in a mesh of its own beside the manifests that are not rendered, so that alternatives
are never held against each other. What several of them have in common is told once, with their
names.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.engine.located.locate_findings import locate_all
from meshctl.engine.report import LocatedFinding, Location, RelatedPlace
from meshctl.engine.runner import Outcomes, run
from meshctl.engine.worlds.confirm import Build, confirm
from meshctl.resources import Resource
from meshctl.rules.api import Rule
from meshctl.sources.documents import Document
from meshctl.sources.rendering.worlds import World


class WorldOutcomes(NamedTuple):
    """What rules said about the objects of one world, and the cluster that it is a world of."""

    name: str
    resources: tuple[Resource, ...]
    outcomes: Outcomes
    rules: tuple[Rule, ...]
    cluster: str = ""


def ask_worlds(
    worlds: Iterable[World], plain: Sequence[Resource], build: Build,
    objects_of: Callable[[Iterable[Document]], tuple[Resource, ...]],
    rules_for: Callable[[Sequence[Resource]], Sequence[Rule]],
) -> Iterator[WorldOutcomes]:  # fmt: skip
    """Run rules over the objects of each world, in a mesh of them and of the ``plain`` ones.

    ``objects_of`` makes objects of documents; ``rules_for`` chooses rules for objects.
    """
    for world in worlds:
        own = objects_of(world.documents)
        rules = tuple(rules_for(own))
        mesh = build((*plain, *own))
        outcomes = run(rules, mesh, about=own)
        confirm(outcomes, mesh, build)
        yield WorldOutcomes(world.name, own, outcomes, rules)


class _Several:
    """A finding that worlds have in common, with the names of those worlds and their clusters."""

    def __init__(self, finding: LocatedFinding, resource: Resource) -> None:
        self.finding = finding
        self.resource = resource
        self.names: dict[str, None] = {}
        self.clusters: dict[str, None] = {}

    def told(self) -> tuple[LocatedFinding, Resource]:
        """Tell it once."""
        finding = self.finding._replace(clusters=tuple(self.clusters))
        if self.names:
            place = finding.location._replace(frame=None)
            where = f"rendered as {', '.join(self.names)}"
            related = (*finding.related, RelatedPlace(where, finding.resource, place))
            finding = finding._replace(related=related)
        return finding, self.resource


def merged(worlds: Sequence[WorldOutcomes]) -> Iterator[tuple[LocatedFinding, Resource]]:
    """Walk the findings of all worlds, each once, with the names of those that have it."""
    found: dict[tuple[str, str, Location], _Several] = {}
    for world in worlds:
        for finding, resource in locate_all(world.outcomes):
            key = finding.rule, finding.message, finding.location
            several = found.setdefault(key, _Several(finding, resource))
            several.names |= dict.fromkeys([world.name] if world.name else [])
            several.clusters |= dict.fromkeys([world.cluster] if world.cluster else [])
    yield from map(_Several.told, _apart(found.values()))


def _apart(several: Iterable[_Several]) -> Iterator[_Several]:
    """Give what clusters find differently at one place a fingerprint for each of them."""
    messages: dict[tuple[str, str], set[str]] = {}
    known = list(several)
    for shown in known:
        messages.setdefault((shown.finding.rule, shown.finding.anchor), set()).add(
            shown.finding.message
        )
    for shown in known:
        finding = shown.finding
        if shown.clusters and len(messages[finding.rule, finding.anchor]) > 1:
            anchor = "\0".join((finding.anchor, *sorted(shown.clusters)))
            shown.finding = finding._replace(anchor=anchor)
        yield shown
