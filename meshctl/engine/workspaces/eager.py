"""Asks the rules about the objects of one file first, for whoever waits for those."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from meshctl.engine.ignores.suppress import IgnoreFilter
from meshctl.engine.located.fingerprints import distinct
from meshctl.engine.located.locate_findings import locate_all, order
from meshctl.engine.report import LocatedFinding
from meshctl.engine.runner import Outcomes
from meshctl.engine.workspaces.kept_objects import KeptObjects
from meshctl.engine.worlds.confirm import has_worlds
from meshctl.mesh import Mesh
from meshctl.rules.api import Rule
from meshctl.settings import Settings
from meshctl.sources.documents import Document


def _ignore(_found: Sequence[LocatedFinding]) -> None:
    """Nobody waits."""


class Eager(NamedTuple):
    """Somebody who waits for an analysis.

    ``go_on`` is called between rules; what it raises ends the analysis. What is found about the
    objects of ``file`` is told before the rest is asked, unless other worlds may take it back.
    """

    go_on: Callable[[], None] = lambda: None
    file: str = ""
    tell: Callable[[Sequence[LocatedFinding]], None] = _ignore


NOBODY_WAITS = Eager()


def run_eagerly(  # noqa: PLR0913, PLR0917 - what there is, who waits, and what was left
    rules: Iterable[Rule], mesh: Mesh, eager: Eager, objects: KeptObjects,
    documents: Sequence[Document], settings: Settings,
) -> Outcomes:  # fmt: skip
    """Give what ``run`` gives: of every rule about every resource, those of the eager file first.

    Of ``objects`` that stay, what was said before is taken over where nothing has changed it.
    """
    kept = objects.outcomes
    asking = kept.begin([rule for rule in rules if rule.check is not None], mesh)
    first = [resource for resource in asking.resources if resource.document.file == eager.file]
    if first:
        asking.ask(first, lambda: None)
    if eager.file and not has_worlds(mesh.resources):
        own = [document for document in documents if document.file == eager.file]
        early = asking.outcomes(eager.file)
        early.places = objects.places
        eager.tell(_findings(early, own, settings))
    rest = [resource for resource in asking.resources if resource.document.file != eager.file]
    asking.ask(rest, eager.go_on)
    kept.end(asking)
    outcomes = asking.outcomes()
    outcomes.places = objects.places
    return outcomes


def _findings(
    outcomes: Outcomes, documents: Sequence[Document], settings: Settings
) -> list[LocatedFinding]:
    """Locate what was found, without what is ignored."""
    funnel = IgnoreFilter(settings, documents)
    located = sorted(locate_all(outcomes), key=lambda pair: order(pair[0]))
    found = distinct(finding for finding, _ in located)
    return [
        finding
        for finding, (_, about) in zip(found, located, strict=True)
        if not funnel.ignores(finding, about)
    ]
