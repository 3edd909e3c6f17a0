"""A change of one object; which changes a mesh doesn't see, and which controllers make all the time."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshctl.gate.review import Review
from meshctl.resources import Resource, Workload

_BOOKS = frozenset({"metadata", "status"})
_READ_OF_METADATA = ("labels", "annotations", "ownerReferences")
_OF_TOOLS = (
    "kubectl.kubernetes.io/", "deployment.kubernetes.io/", "argocd.argoproj.io/", "meta.helm.sh/",
    "kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/",
)  # fmt: skip
"""What the annotations begin with in which tools keep their own books: no proxy reads them."""
_SERVICE_ACCOUNT = "system:serviceaccount:"
_SHIFTED = frozenset({"weight"})
_MOST = 100_000


class Change(NamedTuple):
    """An object as it is and as it would be; ``None`` where it isn't, or won't be, there."""

    before: Resource | None
    after: Resource | None

    @property
    def subject(self) -> Resource:
        """The object, as it would be if it stays."""
        subject = self.after or self.before
        assert subject is not None  # noqa: S101 - one of both is there
        return subject

    @property
    def moves_pods(self) -> bool:
        """Do pods come or go, or get other labels, so that what picks them may pick others?"""
        before, after = self
        if not isinstance(before, Workload) or not isinstance(after, Workload):
            return isinstance(before or after, Workload)
        return after.pod_labels != before.pod_labels


def changes_nothing(review: Review) -> bool:
    """Does an update leave all that a mesh is made of as it was: a status, a finalizer?"""
    if review.old is None or review.new is None:
        return False
    return _seen(review.old) == _seen(review.new)


def shifts_weights_alone(review: Review) -> bool:
    """Does a controller move traffic from one version to another, as Argo Rollouts and Flagger do?

    People who do the same are told what follows: a weight of theirs isn't corrected a second later.
    """
    if review.old is None or review.new is None or not review.user.startswith(_SERVICE_ACCOUNT):
        return False
    return _differ_by(_seen(review.old), _seen(review.new), _SHIFTED)


def _seen(value: Mapping[str, Any]) -> dict[str, Any]:
    """Give what of an object a mesh is made of."""
    meta = value.get("metadata")
    kept = {key: meta.get(key) for key in _READ_OF_METADATA} if isinstance(meta, dict) else {}
    annotations = kept.get("annotations")
    if isinstance(annotations, dict):
        kept["annotations"] = {
            key: text for key, text in annotations.items() if not str(key).startswith(_OF_TOOLS)
        } or None
    return {**{key: part for key, part in value.items() if key not in _BOOKS}, "metadata": kept}


def _differ_by(old: Any, new: Any, keys: frozenset[str]) -> bool:
    """Are two values the same, but for the values of some keys?"""
    stack = [(old, new)]
    for _ in range(_MOST):
        if not stack:
            return True
        one, other = stack.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            names = (one.keys() | other.keys()) - keys
            stack += [(one.get(name), other.get(name)) for name in names]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            stack += zip(one, other, strict=True)
        elif one != other or type(one) is not type(other):
            return False
    return False
