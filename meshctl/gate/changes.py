"""Tells the changes that a mesh doesn't see, and those that controllers make all the time."""

from collections.abc import Mapping
from typing import Any

from meshctl.gate.review import Review

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
