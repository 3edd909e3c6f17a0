"""Indexes objects by label, so that selectors find them without a search."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from meshctl.resources import View

T = TypeVar("T")


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Does an object with these labels have every label of the selector? Empty selects all."""
    return selector.items() <= labels.items()


class LabelIndex(Generic[T]):
    """Objects by namespace and label, so that a selector touches only objects with its labels."""

    def __init__(self) -> None:
        self._all: list[tuple[Mapping[str, str], T]] = []
        self._by_namespace: dict[str | None, list[int]] = {None: []}
        self._by_label: dict[tuple[str | None, str, str], list[int]] = {}

    def add(self, namespace: str, labels: Mapping[str, str], value: T) -> None:
        """File an object under its namespace and labels."""
        number = len(self._all)
        self._all.append((labels, value))
        for home in (namespace, None):
            self._by_namespace.setdefault(home, []).append(number)
            for key, text in labels.items():
                self._by_label.setdefault((home, key, text), []).append(number)

    def find(self, selector: Mapping[str, str], namespace: str | None = None) -> list[T]:
        """Find what a selector picks, in one namespace or (``None``) in all, in filing order."""
        candidates = self._by_namespace.get(namespace, [])
        for key, text in selector.items():
            labelled = self._by_label.get((namespace, key, text), [])
            if len(labelled) < len(candidates):
                candidates = labelled
        return [
            value
            for labels, value in map(self._all.__getitem__, candidates)
            if selects(selector, labels)
        ]


class SelectorIndex(Generic[T]):
    """Values by selector, so that the labels of an object find every selector that picks it."""

    def __init__(self) -> None:
        self._for_all: list[tuple[int, T]] = []
        self._by_label: dict[tuple[str, str], list[tuple[int, Mapping[str, str], T]]] = {}
        self._size = 0

    def add(self, selector: Mapping[str, str], value: T) -> None:
        """File a value under its selector; an empty one picks everything."""
        self._size += 1
        first = min(selector.items(), default=None)
        if first is None:
            self._for_all.append((self._size, value))
        else:
            self._by_label.setdefault(first, []).append((self._size, selector, value))

    def find(self, labels: Mapping[str, str]) -> list[T]:
        """Find the values whose selector picks an object with these labels, in filing order."""
        found = list(self._for_all)
        for pair in labels.items():
            for number, selector, value in self._by_label.get(pair, ()):
                if selects(selector, labels):
                    found.append((number, value))
        return [value for _, value in sorted(found, key=lambda one: one[0])]


def matches(selector: View, labels: Mapping[str, str]) -> bool:
    """Does a Kubernetes label selector pick an object with these labels? Empty picks all."""
    if not selector.labels_of("matchLabels").items() <= labels.items():
        return False
    return all(
        _matches_expression(View(selector.resource, (), expression), labels)
        for _, expression in selector.items("matchExpressions")
    )


def _matches_expression(expression: View, labels: Mapping[str, str]) -> bool:
    key, values = expression.text("key"), expression.texts("values")
    match expression.text("operator"):
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False
