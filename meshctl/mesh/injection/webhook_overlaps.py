"""Which injection webhooks get the same pods, by the labels that istiod's webhooks ask for.

A webhook takes a pod when one selector picks the pod and another its namespace; labels are
independent of each other, so that two webhooks share a pod when they share a value of every label
(apimachinery pkg/apis/meta/v1/helpers.go).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from meshctl.istio.labels import INJECT, INJECTION, REVISION
from meshctl.mesh.core.selectors import NO_CONSTRAINT, Constraint, LabelSelector
from meshctl.resources import Webhook

_STATES = {INJECTION: ("enabled", "disabled"), INJECT: ("true", "false")}
"""What a pod or a namespace may say about injection, beside nothing."""
_ANY = object()


class WebhookOverlaps:
    """Injection webhooks by the revisions that they ask namespaces and pods for."""

    def __init__(self, webhooks: Iterable[Webhook]) -> None:
        self._shapes: dict[Webhook, _Shape] = {}
        self._by_namespace: dict[object, list[_Shape]] = {}
        self._by_pair: dict[tuple[object, object], list[_Shape]] = {}
        for number, webhook in enumerate(webhooks):
            shape = _shape(number, webhook)
            if shape is None:
                continue
            self._shapes[webhook] = shape
            for value in _values(shape.namespaces):
                self._by_namespace.setdefault(value, []).append(shape)
                for other in _values(shape.pods):
                    self._by_pair.setdefault((value, other), []).append(shape)

    def of(self, webhook: Webhook) -> Iterator[Webhook]:
        """Walk the other webhooks that get pods of this one, in their order."""
        shape = self._shapes.get(webhook)
        if shape is None:
            return
        candidates = {other.number: other for other in self._candidates(shape)}
        for _, other in sorted(candidates.items()):
            if other.webhook != webhook and shape.meets(other):
                yield other.webhook

    def _candidates(self, shape: "_Shape") -> Iterator["_Shape"]:
        namespaces, pods = _values(shape.namespaces), _values(shape.pods)
        if _ANY in namespaces:
            yield from self._shapes.values()
            return
        for value in (*namespaces, _ANY):
            if _ANY in pods:
                yield from self._by_namespace.get(value, ())
                continue
            for other in (*pods, _ANY):
                yield from self._by_pair.get((value, other), ())


class _Shape(NamedTuple):
    number: int
    webhook: Webhook
    states: tuple[frozenset[str | None], frozenset[str | None]]
    namespaces: Constraint
    pods: Constraint

    def meets(self, other: "_Shape") -> bool:
        return (
            all(mine & theirs for mine, theirs in zip(self.states, other.states, strict=True))
            and _is_possible(self.namespaces & other.namespaces)
            and _is_possible(self.pods & other.pods)
        )


def _shape(number: int, webhook: Webhook) -> _Shape | None:
    namespaces = LabelSelector(webhook.namespace_selector).constraints
    pods = LabelSelector(webhook.object_selector).constraints
    if not (_is_bare(namespaces, INJECTION) and _is_bare(pods, INJECT)):
        return None
    states = (_states(namespaces, INJECTION), _states(pods, INJECT))
    revision = (one.get(REVISION, NO_CONSTRAINT) for one in (namespaces, pods))
    return _Shape(number, webhook, states, *revision) if all(states) else None


def _is_bare(constraints: Mapping[str, Constraint], key: str) -> bool:
    """Does a selector pick objects without any label but those about injection?"""
    return all(
        constraint.allows(None)
        for name, constraint in constraints.items()
        if name not in {key, REVISION}
    )


def _states(constraints: Mapping[str, Constraint], key: str) -> frozenset[str | None]:
    constraint = constraints.get(key, NO_CONSTRAINT)
    return frozenset(value for value in (None, *_STATES[key]) if constraint.allows(value))


def _values(constraint: Constraint) -> frozenset[object]:
    return frozenset({_ANY}) if constraint.is_complement else frozenset(constraint.values)


def _is_possible(constraint: Constraint) -> bool:
    return constraint.is_complement or bool(constraint.values)
