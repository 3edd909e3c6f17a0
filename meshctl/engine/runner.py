"""Runs rules over a mesh; one that raises never stops the others."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from meshctl.engine.needs import ObjectWords
from meshctl.mesh import Mesh
from meshctl.resources import Ref, Resource
from meshctl.rules.api import Check, Edit, Finding, NotChecked, Related, Rule, Severity
from meshctl.sources import workers

if TYPE_CHECKING:
    from meshctl.engine.located.kept_places import KeptPlaces

DEBUG_VARIABLE = "MESHCTL_DEBUG"

PARALLEL_FROM = 2_000
"""Resources from which more processes pay: a second one costs some 20 ms."""

_ROUTING = frozenset({"gateway", "virtual-service", "document"})
"""Families for one process: those that ask the same large index, and enough of the others that
both have as much to do."""


@dataclass(slots=True)
class Outcomes:
    """What a run of rules gave: findings with their rule, gaps, and crashes in words."""

    findings: list[tuple[Rule, Finding]] = field(default_factory=list)
    not_checked: dict[tuple[str, str], None] = field(default_factory=dict)
    crashes: list[tuple[Rule, Resource, str]] = field(default_factory=list)
    places: "KeptPlaces | None" = None
    """What keeps where findings stand, for whoever asks again and again."""

    def add(self, other: "Outcomes") -> None:
        """Add what another run gave."""
        self.findings += other.findings
        self.not_checked |= other.not_checked
        self.crashes += other.crashes


def run(
    rules: Iterable[Rule], mesh: Mesh, *, about: Sequence[Resource] | None = None,
    words: ObjectWords | None = None,
) -> Outcomes:  # fmt: skip
    """Ask every rule about every resource of its kind, in several processes if there are many.

    With ``about`` it is asked of these resources alone. ``words`` are those of resources, as far
    as they are known. With ``MESHCTL_DEBUG`` set (as tests do) a crash raises, else it is recorded.
    """
    asked = [(rule, rule.check) for rule in rules if rule.check is not None]
    words = ObjectWords() if words is None else words
    if about is not None:
        return _ask_about(asked, mesh, about, words)
    shares = _shares(asked, mesh)
    if len(shares) == 1:
        return _ask_all(asked, mesh, words)
    outcomes = Outcomes()
    by_id = {rule.id: rule for rule, _ in asked}
    for packed in workers.spread(lambda share: [_pack(_ask_all(share, mesh, words), mesh)], shares):
        _unpack(packed, by_id, mesh, outcomes)
    return outcomes


_Asked = Sequence[tuple[Rule, Check]]


def _shares(asked: _Asked, mesh: Mesh) -> list[_Asked]:
    """Part the rules into routing and the rest, where that pays."""
    if (
        len(mesh.resources) < PARALLEL_FROM
        or workers.available() == 1
        or os.environ.get(DEBUG_VARIABLE)
    ):
        return [asked]
    mesh.warm_up()
    routing = [pair for pair in asked if pair[0].family in _ROUTING]
    rest = [pair for pair in asked if pair[0].family not in _ROUTING]
    return [share for share in (routing, rest) if share] or [asked]


def _ask_all(asked: _Asked, mesh: Mesh, words: ObjectWords) -> Outcomes:
    outcomes = Outcomes()
    for rule, check in asked:
        if rule.on is not None:
            ask(rule, check, words.holding(rule, mesh.judged(rule.on)), mesh, outcomes)
    return outcomes


def _ask_about(
    asked: _Asked, mesh: Mesh, about: Sequence[Resource], words: ObjectWords
) -> Outcomes:
    outcomes = Outcomes()
    for rule, check in asked:
        if rule.on is not None:
            theirs = [resource for resource in about if isinstance(resource, rule.on)]
            ask(rule, check, words.holding(rule, theirs), mesh, outcomes)
    return outcomes


def ask(
    rule: Rule, check: Check, resources: Sequence[Resource], mesh: Mesh, outcomes: Outcomes
) -> None:
    """Ask one rule about some resources of its kind, and add what it says to the outcomes."""
    for resource in resources:
        try:
            for outcome in check(resource, mesh):
                if isinstance(outcome, NotChecked):
                    outcomes.not_checked.setdefault((rule.id, outcome.reason))
                else:
                    outcomes.findings.append((rule, outcome))
        except Exception as crash:  # noqa: BLE001 - a bug in one rule must not hide what the others found
            if os.environ.get(DEBUG_VARIABLE):
                _raise(crash, resource)
            outcomes.crashes.append((rule, resource, f"{type(crash).__name__}: {crash}"))


def _raise(crash: Exception, resource: Resource) -> NoReturn:
    """Raise a crash anew, without the secrets of the object that its message may quote."""
    from meshctl.engine.located.masked_findings import secrets_of  # noqa: PLC0415 - for crashes
    from meshctl.masking.values import hidden  # noqa: PLC0415 - see above

    secrets = secrets_of(resource)
    if not secrets:
        raise crash
    said = hidden(f"{type(crash).__name__}: {crash}", secrets)
    raise RuntimeError(said).with_traceback(crash.__traceback__) from None


def _pack(outcomes: Outcomes, mesh: Mesh) -> tuple[Any, ...]:
    """Write outcomes as plain data, resources as their number.

    For what is made while rules run stands the place that somebody wrote, where nothing is edited.
    """
    numbers = {resource: number for number, resource in enumerate(mesh.of(Resource))}

    def place(ref: Ref) -> tuple[Any, ...]:
        ref = ref if ref.resource in numbers else ref.resource.origin(ref)
        return numbers[ref.resource], ref.path, ref.key

    def edits(found: Finding) -> list[tuple[Any, ...]]:
        if any(edit.ref.resource not in numbers for edit in found.edits):
            return []
        return [(place(edit.ref), edit.action, edit.value) for edit in found.edits]

    findings = [
        (
            rule.id,
            {
                **found._asdict(),
                "ref": place(found.ref),
                "severity": found.severity and str(found.severity),
                "related": [(place(related.ref), related.message) for related in found.related],
                "edits": edits(found),
            },
        )
        for rule, found in outcomes.findings
    ]
    crashes = [(rule.id, numbers[resource], text) for rule, resource, text in outcomes.crashes]
    return findings, list(outcomes.not_checked), crashes


def _unpack(
    packed: tuple[Any, ...], rules: dict[str, Rule], mesh: Mesh, outcomes: Outcomes
) -> None:
    """Add outcomes that another process wrote down."""
    findings, not_checked, crashes = packed
    for rule, fields in findings:
        found = Finding(**fields)._replace(
            ref=_place(fields["ref"], mesh),
            severity=fields["severity"] and Severity(fields["severity"]),
            related=tuple(Related(_place(place, mesh), text) for place, text in fields["related"]),
            edits=tuple(
                Edit(_place(place, mesh), action, value) for place, action, value in fields["edits"]
            ),
        )
        outcomes.findings.append((rules[rule], found))
    outcomes.not_checked.update(dict.fromkeys(map(tuple, not_checked)))
    outcomes.crashes += ((rules[rule], mesh.of(Resource)[n], text) for rule, n, text in crashes)


def _place(packed: tuple[Any, ...], mesh: Mesh) -> Ref:
    number, path, key = packed
    return Ref(mesh.of(Resource)[number], path, key)
