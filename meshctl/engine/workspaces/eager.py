"""Asks the rules about the objects of one file first, for whoever waits for those."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.engine.ignores.suppress import IgnoreFilter
from meshctl.engine.located.fingerprints import distinct
from meshctl.engine.located.locate_findings import locate_all, order
from meshctl.engine.report import LocatedFinding
from meshctl.engine.runner import Outcomes, ask
from meshctl.engine.worlds.confirm import has_worlds
from meshctl.mesh import Mesh
from meshctl.resources import Resource
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


def run_eagerly(
    rules: Iterable[Rule], mesh: Mesh, eager: Eager, documents: Sequence[Document],
    settings: Settings,
) -> Outcomes:  # fmt: skip
    """Ask every rule about every resource as ``run`` does, those of the eager file first.

    The outcomes are in the order of ``run``.
    """
    asked = [rule for rule in rules if rule.check is not None and rule.on is not None]
    shares = [(rule, *_shares(rule, mesh, eager.file)) for rule in asked]
    early = [_ask(rule, first, mesh) for rule, first, _ in shares]
    if eager.file and not has_worlds(mesh.resources):
        own = [document for document in documents if document.file == eager.file]
        eager.tell(_findings(_joined(early), own, settings))
    late: list[list[Outcomes]] = []
    for rule, _, rest in shares:
        eager.go_on()
        late.append(_ask(rule, rest, mesh))
    return _joined(
        [
            [*_in_order(first, one, rest, other)]
            for (_, first, rest), one, other in zip(shares, early, late, strict=True)
        ]
    )


_Share = list[tuple[int, Sequence[Resource]]]
"""Runs of resources that follow each other, each with the number of its first."""


def _shares(rule: Rule, mesh: Mesh, file: str) -> tuple[_Share, _Share]:
    """Part the resources of a rule into those of a file and the rest."""
    resources = mesh.of(rule.on) if rule.on is not None else ()
    if not file:
        return [], [(0, resources)]
    shares: tuple[_Share, _Share] = [], []
    start = 0
    for number in range(1, len(resources) + 1):
        is_first = resources[start].document.file == file
        if number == len(resources) or (resources[number].document.file == file) != is_first:
            shares[0 if is_first else 1].append((start, resources[start:number]))
            start = number
    return shares


def _ask(rule: Rule, share: _Share, mesh: Mesh) -> list[Outcomes]:
    return [ask(rule, resources, mesh) for _, resources in share]


def _in_order(
    first: _Share, early: Sequence[Outcomes], rest: _Share, late: Sequence[Outcomes]
) -> Iterator[Outcomes]:
    numbered = [
        (number, outcomes)
        for share, several in ((first, early), (rest, late))
        for (number, _), outcomes in zip(share, several, strict=True)
    ]
    yield from (outcomes for _, outcomes in sorted(numbered, key=lambda one: one[0]))


def _joined(several: Iterable[Iterable[Outcomes]]) -> Outcomes:
    joined = Outcomes()
    for outcomes in several:
        for one in outcomes:
            joined.findings += one.findings
            joined.not_checked |= one.not_checked
            joined.crashes += one.crashes
    return joined


def _findings(
    outcomes: Outcomes, documents: Sequence[Document], settings: Settings
) -> list[LocatedFinding]:
    """Locate what was found, without what is ignored."""
    funnel = IgnoreFilter(settings, documents)
    located = sorted(locate_all(outcomes), key=lambda one: order(one[0]))
    found = distinct(one for one, _ in located)
    return [
        one
        for one, (_, about) in zip(found, located, strict=True)
        if not funnel.ignores(one, about)
    ]
