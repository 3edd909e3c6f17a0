"""What do the rules say about this mesh? A rule that raises never stops the others."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Finding, NotChecked, Rule

DEBUG_VARIABLE = "MESHCTL_DEBUG"


@dataclass(slots=True)
class Outcomes:
    """What a run of rules gave: findings with their rule, gaps, and crashes."""

    findings: list[tuple[Rule, Finding]] = field(default_factory=list)
    not_checked: dict[tuple[str, str], None] = field(default_factory=dict)
    crashes: list[tuple[Rule, Resource, Exception]] = field(default_factory=list)


def run(rules: Iterable[Rule], mesh: Mesh) -> Outcomes:
    """Ask every rule about every resource of its kind.

    With ``MESHCTL_DEBUG`` set (as tests do) a crash raises, else it is recorded.
    """
    outcomes = Outcomes()
    for rule in rules:
        if rule.check is None or rule.on is None:
            continue
        resources = mesh.resources if rule.on is Resource else mesh.of(rule.on)
        for resource in resources:
            _ask(rule, resource, mesh, outcomes)
    return outcomes


def _ask(rule: Rule, resource: Resource, mesh: Mesh, outcomes: Outcomes) -> None:
    assert rule.check is not None  # noqa: S101 - the caller has looked
    try:
        for outcome in rule.check(resource, mesh):
            if isinstance(outcome, NotChecked):
                outcomes.not_checked.setdefault((rule.id, outcome.reason))
            else:
                outcomes.findings.append((rule, outcome))
    except Exception as crash:  # a bug in one rule must not hide what the others found
        if os.environ.get(DEBUG_VARIABLE):
            raise
        outcomes.crashes.append((rule, resource, crash))
