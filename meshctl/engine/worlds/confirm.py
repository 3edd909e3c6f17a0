"""Asks rules again in other worlds that the input allows: a finding stands if it holds in all.

The input may say several things at once: one object in two files, of which a cluster gets one;
objects whose namespace isn't known; objects that a kustomization changes before they are applied.
The rules run once over everything. What they find is then asked again, of the rule and the object
concerned alone, in meshes in which one of the possibilities holds. That can only take findings
away, and costs nothing where everything is said once.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from meshctl.engine.runner import DEBUG_VARIABLE, Outcomes
from meshctl.engine.worlds.elsewhere import apart, elsewhere
from meshctl.engine.worlds.variants import variants, variants_around
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.resources.resource import UNKNOWN_NAMESPACE
from meshctl.rules.api import Finding, Rule

Build = Callable[[Sequence[Resource]], Mesh]

_APART = (
    "objects of several directories name no namespace, and may go to several; "
    "--default-namespace says that it is one"
)


class World(NamedTuple):
    """Resources that may be all there is, and what stands there for those of the input.

    A resource that isn't among ``stand_ins`` isn't in this world, which says nothing about it.
    """

    resources: Sequence[Resource]
    stand_ins: dict[Resource, tuple[Resource, ...]]
    explains: bool = False
    """Do its findings say it better, since they don't hold an object against itself?"""
    reason: str = ""
    """What a rule is told to lack that found something which doesn't hold in this world."""


def confirm(outcomes: Outcomes, mesh: Mesh, build: Build) -> None:
    """Drop the findings that don't hold in every world; ``build`` makes the mesh of a world."""
    asked = [finding for finding in outcomes.findings if _depends_on_others(finding[0])]
    if not asked:
        return
    kept = [pair for pair in asked if not _is_changed(pair[1].ref.resource)]
    kept = list(_held_against_what_stands_beside(kept, mesh, outcomes))
    standing = _Standing(kept, build)
    for world in _worlds(mesh.resources) if kept else ():
        before = standing.rules() if world.reason else set()
        standing.ask(world)
        gone = before - standing.rules() if world.reason else set()
        outcomes.not_checked.update(((name, world.reason), None) for name in sorted(gone))
        if not standing:
            break
    _ask_beside_others(standing, mesh.resources)
    alone = [
        finding
        for finding in outcomes.findings
        if not _depends_on_others(finding[0]) and not _is_changed(finding[1].ref.resource)
    ]
    outcomes.findings = [*alone, *standing.findings()]


class _Standing:
    """The findings that hold in all worlds so far; each world is asked about its own alone."""

    def __init__(self, findings: Iterable[tuple[Rule, Finding]], build: Build) -> None:
        self._build = build
        self._findings: dict[int, tuple[Rule, Finding]] = dict(enumerate(findings))
        self._about: dict[Resource, dict[int, None]] = {}
        for number, (_, finding) in self._findings.items():
            self._about.setdefault(finding.ref.resource, {})[number] = None

    def __bool__(self) -> bool:
        return bool(self._findings)

    def findings(self) -> Iterable[tuple[Rule, Finding]]:
        """List what stands, in the order of the first run."""
        return self._findings.values()

    def rules(self) -> set[str]:
        """Name the rules of what stands."""
        return {rule.id for rule, _ in self._findings.values()}

    def ask(self, world: World) -> None:
        """Drop the findings that a world contradicts; take over what it says better."""
        answers = _Answers(world, self._build)
        about = [number for resource in world.stand_ins for number in self._about.get(resource, ())]
        for number in sorted(about):
            rule, finding = self._findings[number]
            found = answers.of(rule, finding)
            if found is not None:
                self._findings[number] = rule, found
            else:
                del self._findings[number], self._about[finding.ref.resource][number]


def _ask_beside_others(standing: _Standing, resources: Sequence[Resource]) -> None:
    """Drop findings about files with alternatives that don't hold beside each alternative of others."""
    gravest = sorted(
        standing.findings(), key=lambda pair: -(pair[1].severity or pair[0].severity).rank
    )
    subjects = list(dict.fromkeys(finding.ref.resource for _, finding in gravest))
    for own, some in variants_around(resources, subjects) if subjects else ():
        standing.ask(World(some, {resource: (resource,) for resource in own}))


def _held_against_what_stands_beside(
    findings: Iterable[tuple[Rule, Finding]], mesh: Mesh, outcomes: Outcomes
) -> Iterator[tuple[Rule, Finding]]:
    """Walk the findings that hold no objects against each other of which a cluster gets one."""
    from meshctl.engine.worlds.alternatives import (  # noqa: PLC0415 - asked where something is found
        Alternatives,
    )

    alternatives = Alternatives(mesh.resources)
    for rule, finding in findings:
        reason = alternatives.reason_against(finding)
        if reason:
            outcomes.not_checked.setdefault((rule.id, reason))
        else:
            yield rule, finding


def has_worlds(resources: Sequence[Resource]) -> bool:
    """Does the input allow more than one world, so that a finding may not hold in all?"""
    return next(_worlds(resources), None) is not None


def _worlds(resources: Sequence[Resource]) -> Iterator[World]:
    for some in variants(resources):
        yield World(some, {one: (one,) for one in some}, explains=True)
    if any(resource.namespace == UNKNOWN_NAMESPACE for resource in resources):
        everywhere, stand_ins = elsewhere(resources)
        if len(everywhere) > len(resources):
            yield World(everywhere, stand_ins)
        everything, stand_ins = apart(resources)
        if everything:
            yield World(everything, stand_ins, reason=_APART)
    if any(resource.document.placement.changes for resource in resources):
        certain = [resource for resource in resources if not _is_changed(resource)]
        yield World(certain, {one: (one,) for one in certain})


def _depends_on_others(rule: Rule) -> bool:
    return not rule.judges_alone and not rule.compares_copies


def _is_changed(resource: Resource) -> bool:
    """Is it an input of a kustomization that changes it, so that nobody applies it like this?"""
    return resource.document.placement.is_changed(resource.kind, resource.name)


class _Answers:
    """What rules say in a world; its mesh is made when the first is asked."""

    def __init__(self, world: World, build: Build) -> None:
        self._world = world
        self._build = build
        self._mesh: Mesh | None = None
        self._known: dict[tuple[str, Resource], dict[tuple[object, ...], Finding]] = {}

    def of(self, rule: Rule, finding: Finding) -> Finding | None:
        """Give a finding as this world has it; ``None`` where it doesn't hold."""
        best = finding
        for resource in self._world.stand_ins.get(finding.ref.resource, ()):
            found = self._about(rule, resource).get(finding.ref[1:])
            if found is None:
                return None
            if self._world.explains and found.severity == finding.severity:
                best = found
        return best

    def _about(self, rule: Rule, resource: Resource) -> dict[tuple[object, ...], Finding]:
        key = rule.id, resource
        if key not in self._known:
            if self._mesh is None:
                self._mesh = self._build(self._world.resources)
            self._known[key] = _ask(rule, resource, self._mesh)
        return self._known[key]


def _ask(rule: Rule, resource: Resource, mesh: Mesh) -> dict[tuple[object, ...], Finding]:
    """Ask one rule about one object; a crash, which the first run would tell, says nothing."""
    if rule.check is None:
        return {}
    found: dict[tuple[object, ...], Finding] = {}
    try:
        for outcome in rule.check(resource, mesh):
            if isinstance(outcome, Finding):
                found.setdefault(outcome.ref[1:], outcome)
    except Exception:  # the first run told of crashes
        if os.environ.get(DEBUG_VARIABLE):
            raise
    return found
