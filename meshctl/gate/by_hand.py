"""Answers for files what the webhook would answer, object by object, as kubectl applies them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from meshctl.engine.objects import unwrap
from meshctl.errors import InputError
from meshctl.gate.decision import AddedFinding, Judge
from meshctl.gate.policy import Answering, Decision, Gate, Outcome
from meshctl.gate.review import Review
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.resources import Resource
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded

_BUDGET = 60.0
"""Seconds for one object: nobody's request waits."""


class Answered(NamedTuple):
    """One object of a file with the answer to it."""

    resource: Resource
    operation: Literal["CREATE", "UPDATE"]
    decision: Decision


@dataclass(frozen=True, slots=True)
class AddedAnswer:
    """A finding that a change would bring about, about its object or about another one.

    ``would_hold_anyway`` is false where something is missing, which may still be applied: such
    findings refuse nothing.
    """

    rule: str
    severity: str
    message: str
    kind: str
    namespace: str
    name: str
    path: str
    is_about_object: bool
    would_hold_anyway: bool


@dataclass(frozen=True, slots=True)
class ObjectAnswer:
    """What the webhook would answer to one object; ``reason`` says what kept it from looking.

    ``message`` is what a refusal says, and ``warnings`` what kubectl would show.
    """

    kind: str
    namespace: str
    name: str
    operation: Literal["CREATE", "UPDATE"]
    allowed: bool
    outcome: Outcome
    reason: str
    message: str
    warnings: tuple[str, ...]
    findings: tuple[AddedAnswer, ...]


@dataclass(frozen=True, slots=True)
class FilesAnswer:
    """What the webhook would answer to files, object by object, and whether it would allow all."""

    allowed: bool
    objects: tuple[ObjectAnswer, ...]


def files_answer(found: Iterable[Answered]) -> FilesAnswer:
    """Put the answers to the objects of files together."""
    objects = tuple(map(_object_answer, found))
    return FilesAnswer(all(object_answer.allowed for object_answer in objects), objects)


def _object_answer(answered: Answered) -> ObjectAnswer:
    decision, resource = answered.decision, answered.resource
    answer = decision.answer
    return ObjectAnswer(
        resource.kind, resource.namespace, resource.name, answered.operation, answer.allowed,
        decision.outcome, decision.reason, answer.message, answer.warnings,
        tuple(map(_added_answer, decision.added)),
    )  # fmt: skip


def _added_answer(finding: AddedFinding) -> AddedAnswer:
    found = finding.found
    about = found.resource
    return AddedAnswer(
        found.rule, str(found.severity), found.message, about.kind, about.namespace or "",
        about.name, found.location.path, finding.is_about_it, finding.is_contradiction,
    )  # fmt: skip


def answers(
    live: Loaded, files: Loaded, settings: Settings, answering: Answering
) -> Iterator[Answered]:
    """Walk the answers; what is allowed is there for those that follow.

    Raises InputError for an object without a kind, which no API server asks a webhook about.
    """
    home = settings.namespace
    snapshot = Snapshot(unwrap(live.documents, home))
    judge = Judge(snapshot, settings, budget=_BUDGET)
    judge.parts.unread = frozenset(one.kind for one in live.unread)
    gate = Gate(snapshot, judge, answering, weighs_all=True)
    for resource in unwrap(files.documents, home):
        if not (resource.kind and resource.api_version):
            line = resource.document.span(resource.prefix).line
            place = f"{resource.document.file}:{line}"
            raise InputError(f"{place}: an object here has no kind or no apiVersion; write both")
        old = snapshot.get(Identity.of(resource))
        review = _review(resource, old)
        decision = gate.decide(review)
        yield Answered(resource, "CREATE" if old is None else "UPDATE", decision)
        if decision.answer.allowed and review.new is not None:
            snapshot.put(gate.resource(review.new, resource.namespace))


def _review(resource: Resource, old: Resource | None) -> Review:
    """Ask as an API server would; what is there keeps the age that it has."""
    new = dict(resource.data)
    stamp = old.metadata.get("creationTimestamp") if old is not None else None
    if stamp is not None:
        new["metadata"] = {**resource.metadata, "creationTimestamp": stamp}
    return Review(
        uid="by-hand", operation="CREATE" if old is None else "UPDATE", group=resource.group,
        kind=resource.kind, namespace=resource.namespace, name=resource.name, new=new,
        old=old.data if old is not None else None, is_dry_run=True,
    )  # fmt: skip
