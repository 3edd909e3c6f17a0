"""Indexes objects by label, so that selectors find them without a search.

What the indexes find is shared, and so is what is made of it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Generic, NamedTuple, TypeVar, TypeVarTuple

from meshctl.resources import View

T = TypeVar("T")
Shared = TypeVar("Shared")
Further = TypeVarTuple("Further")
Selector = frozenset[tuple[str, str]]
"""The labels that a selector asks for."""
_Keys = tuple[str, ...]
_KEPT = 8
"""How many times over an index may hold its values in answers that it keeps."""


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Does an object with these labels have every label of the selector? Empty selects all."""
    return selector.items() <= labels.items()


class LabelIndex(Generic[T]):
    """Objects by namespace and label, so that a selector touches only objects with its labels.

    Equal selectors share one answer.
    """

    def __init__(self) -> None:
        self._answers: dict[tuple[str | None, frozenset[tuple[str, str]]], Sequence[T]] = {}
        self._kept = 0
        self._all: list[tuple[Mapping[str, str], T]] = []
        self._by_namespace: dict[str | None, list[int]] = {None: []}
        self._by_label: dict[tuple[str | None, str, str], list[int]] = {}

    def add(self, namespace: str, labels: Mapping[str, str], value: T) -> None:
        """File an object under its namespace and labels."""
        number = len(self._all)
        self._forget()
        self._all.append((labels, value))
        for home in (namespace, None):
            self._by_namespace.setdefault(home, []).append(number)
            for key, text in labels.items():
                self._by_label.setdefault((home, key, text), []).append(number)

    def find(self, selector: Mapping[str, str], namespace: str | None = None) -> Sequence[T]:
        """Find what a selector picks, in one namespace or (``None``) in all, in filing order."""
        key = namespace, frozenset(selector.items())
        answer = self._answers.get(key)
        if answer is None:
            answer = tuple(self._search(selector, namespace))
            if self._kept > _KEPT * len(self._all):
                self._forget()
            self._answers[key] = answer
            self._kept += len(answer) + 1
        return answer

    def _search(self, selector: Mapping[str, str], namespace: str | None) -> Iterator[T]:
        candidates = self._by_namespace.get(namespace, [])
        for key, text in selector.items():
            labelled = self._by_label.get((namespace, key, text), [])
            if len(labelled) < len(candidates):
                candidates = labelled
        for labels, value in map(self._all.__getitem__, candidates):
            if selects(selector, labels):
                yield value

    def _forget(self) -> None:
        if self._answers:
            self._answers.clear()
            self._kept = 0


class SelectorIndex(Generic[T]):
    """Values by selector, so that the labels of an object find every selector that picks it.

    Equal selectors are compared once, and objects that the same selectors pick share one answer.
    Selectors that ask for the same keys are found by the values of these at once, however many share a label.
    """

    def __init__(self) -> None:
        self._groups: dict[frozenset[tuple[str, str]], int] = {}
        self._values: list[list[tuple[int, T]]] = []
        self._by_values: dict[_Keys, dict[tuple[str | None, ...], int]] = {}
        self._askers: Counter[str] = Counter()
        self._by_key: dict[str, list[_Keys]] = {}
        self._unfiled: list[_Keys] = []
        self._answers: dict[tuple[int, ...], Sequence[T]] = {}
        self._size = 0
        self._kept = 0

    def add(self, selector: Mapping[str, str], value: T) -> None:
        """File a value under its selector; an empty one picks everything."""
        self._size += 1
        self._forget()
        key = frozenset(selector.items())
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = len(self._values)
            self._values.append([])
            if selector:
                self._add(tuple(sorted(selector)), selector, group)
        self._values[group].append((self._size, value))

    def _add(self, keys: _Keys, selector: Mapping[str, str], group: int) -> None:
        if keys not in self._by_values:
            self._by_values[keys] = {}
            self._askers.update(keys)
            self._unfiled.append(keys)
        self._by_values[keys][tuple(selector[key] for key in keys)] = group

    def find(self, labels: Mapping[str, str]) -> Sequence[T]:
        """Find the values whose selector picks an object with these labels, in filing order."""
        everything = self._groups.get(frozenset())
        found = [everything] if everything is not None else []
        found.extend(self._picking(labels))
        key = tuple(sorted(found))
        answer = self._answers.get(key)
        if answer is None:
            several = [one for group in key for one in self._values[group]]
            if len(key) > 1:
                several.sort(key=itemgetter(0))
            answer = tuple(value for _, value in several)
            if self._kept > _KEPT * (self._size + 1):
                self._forget()
            self._answers[key] = answer
            self._kept += len(answer)
        return answer

    def _picking(self, labels: Mapping[str, str]) -> Iterator[int]:
        for keys in self._unfiled:  # under the key that fewest ask for beside others
            rarest = min(keys, key=lambda key: (self._askers[key], key))
            self._by_key.setdefault(rarest, []).append(keys)
        self._unfiled.clear()
        for label in labels:
            for keys in self._by_key.get(label, ()):
                group = self._by_values[keys].get(tuple(map(labels.get, keys)))
                if group is not None:
                    yield group

    def _forget(self) -> None:
        if self._answers:
            self._answers.clear()
            self._kept = 0


def index_of(selectors: Iterable[Mapping[str, str]]) -> SelectorIndex[Selector]:
    """File selectors under themselves, each once: objects that the same ones pick are alike to them."""
    index: SelectorIndex[Selector] = SelectorIndex()
    for one in dict.fromkeys(frozenset(selector.items()) for selector in selectors):
        index.add(dict(one), one)
    return index


class IdentityCache(Generic[Shared, *Further, T]):
    """Answers that are made once for each shared object, and whatever else is asked with it.

    The object is told by its identity, and kept beside the answer, so that nothing else gets its id.
    """

    def __init__(self, make: Callable[[Shared, *Further], T]) -> None:
        self._make = make
        self._known: dict[object, tuple[Shared, T]] = {}

    def of(self, shared: Shared, *further: *Further) -> T:
        """Give the answer for this very object, as it was made when first asked."""
        key = (id(shared), further) if further else id(shared)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = shared, self._make(shared, *further)
        return known[1]


class Constraint(NamedTuple):
    """Which values of one label an object may have; ``None`` stands for an object without it."""

    values: frozenset[str | None]
    is_complement: bool
    """Every value but these is allowed."""

    def allows(self, value: str | None) -> bool:
        """May the label have this value?"""
        return (value in self.values) is not self.is_complement

    def needed(self) -> frozenset[str] | None:
        """The values of which an object must have one; ``None`` when it can do without."""
        if self.is_complement or None in self.values:
            return None
        return frozenset(value for value in self.values if value is not None)

    def __and__(self, other: "Constraint") -> "Constraint":
        if self.is_complement and other.is_complement:
            return Constraint(self.values | other.values, is_complement=True)
        if self.is_complement:
            return Constraint(other.values - self.values, is_complement=False)
        kept = self.values - other.values if other.is_complement else self.values & other.values
        return Constraint(kept, is_complement=False)


NO_CONSTRAINT = Constraint(frozenset(), is_complement=True)


class LabelSelector:
    """A Kubernetes label selector, read once (apimachinery pkg/apis/meta/v1/helpers.go)."""

    def __init__(self, selector: View) -> None:
        self.constraints: dict[str, Constraint] = {}
        for key, text in selector.labels_of("matchLabels").items():
            self._add(key, Constraint(frozenset({text}), is_complement=False))
        for _, expression in selector.items("matchExpressions"):
            view = View(selector.resource, (), expression)
            self._add(view.text("key"), _constraint(view))

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Does the selector pick an object with these labels? An empty selector picks all."""
        return all(
            constraint.allows(labels.get(key)) for key, constraint in self.constraints.items()
        )

    def labels(self) -> dict[str, str]:
        """The labels that every picked object has: those for which one value alone is allowed."""
        return {
            key: next(iter(needed))
            for key, constraint in self.constraints.items()
            if len(needed := constraint.needed() or frozenset()) == 1
        }

    def needed(self) -> list[tuple[str, str]] | None:
        """The labels of which a picked object has at least one; ``None`` when it needs none."""
        sets = (
            [(key, value) for value in needed]
            for key, constraint in self.constraints.items()
            if (needed := constraint.needed()) is not None
        )
        return min(sets, key=len, default=None)

    def _add(self, key: str, constraint: Constraint) -> None:
        self.constraints[key] = self.constraints.get(key, NO_CONSTRAINT) & constraint


def _constraint(expression: View) -> Constraint:
    values = frozenset(expression.texts("values"))
    match expression.text("operator"):
        case "In":
            return Constraint(values, is_complement=False)
        case "NotIn":
            return Constraint(values, is_complement=True)
        case "Exists":
            return Constraint(frozenset({None}), is_complement=True)
        case "DoesNotExist":
            return Constraint(frozenset({None}), is_complement=False)
    return Constraint(frozenset(), is_complement=False)


def matches(selector: View, labels: Mapping[str, str]) -> bool:
    """Does a Kubernetes label selector pick an object with these labels? Empty picks all."""
    return LabelSelector(selector).matches(labels)
