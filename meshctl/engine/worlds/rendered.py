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
    """What rules said about the objects of one world."""

    name: str
    resources: tuple[Resource, ...]
    outcomes: Outcomes
    rules: tuple[Rule, ...]


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


def merged(worlds: Sequence[WorldOutcomes]) -> Iterator[tuple[LocatedFinding, Resource]]:
    """Walk the findings of all worlds, each once, with the names of those that have it."""
    found: dict[tuple[str, str, Location], tuple[LocatedFinding, Resource]] = {}
    names: dict[tuple[str, str, Location], list[str]] = {}
    for world in worlds:
        for finding, resource in locate_all(world.outcomes):
            key = finding.rule, finding.message, finding.location
            found.setdefault(key, (finding, resource))
            several = names.setdefault(key, [])
            if world.name not in several:
                several.append(world.name)
    for key, (finding, resource) in found.items():
        place = key[2]._replace(frame=None)
        where = RelatedPlace(f"rendered as {', '.join(names[key])}", finding.resource, place)
        yield finding._replace(related=(*finding.related, where)), resource
