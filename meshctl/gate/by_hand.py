"""Answers for files what the webhook would answer, object by object, as kubectl applies them."""

from collections.abc import Iterator
from typing import NamedTuple

from meshctl.engine.objects import unwrap
from meshctl.gate.decision import Judge
from meshctl.gate.policy import Answering, Decision, Gate
from meshctl.gate.review import Review
from meshctl.gate.snapshot import Identity, Snapshot
from meshctl.resources import Resource
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded

_BUDGET = 60.0
"""Seconds for one object: nobody's request waits."""


class Answered(NamedTuple):
    """One object of a file with the answer to it."""

    title: str
    operation: str
    decision: Decision


def answers(
    live: Loaded, files: Loaded, settings: Settings, answering: Answering
) -> Iterator[Answered]:
    """Walk the answers; what is allowed is there for those that follow."""
    home = settings.namespace
    snapshot = Snapshot(unwrap(live.documents, home))
    judge = Judge(snapshot, settings, budget=_BUDGET)
    judge.parts.unread = frozenset(one.kind for one in live.unread)
    gate = Gate(snapshot, judge, answering)
    for resource in unwrap(files.documents, home):
        old = snapshot.get(Identity.of(resource))
        review = _review(resource, old)
        decision = gate.decide(review)
        yield Answered(resource.title, review.operation, decision)
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
