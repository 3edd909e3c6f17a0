"""Finds the one known name that a misspelt one can mean; empty where there is none, or several."""

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from itertools import islice, takewhile

from meshctl.lazy_pattern import lazy_pattern

_SEPARATOR = lazy_pattern(r"(?<!\d)[-_.]|[-_.](?!\d)")
_WORD = lazy_pattern(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]")
_LEAST_OF_WORD = 4
"""Letters of a word in which a slip is one: ``api-a`` and ``api-b`` are two names."""
_LONGEST = 253
"""Letters of a name at most (IsDNS1123Subdomain, apimachinery/pkg/util/validation, Kubernetes 1.34)."""
_MOST_COMPARED = 50
"""Known names that one name is compared with as a whole."""


def spelt_otherwise(name: str, known: Iterable[str]) -> str:
    """The only name of an object that differs by case or separators alone: ``v1`` for ``V-1``.

    A sign between digits counts: ``v1.0`` is not ``v10``.
    """
    return _only(name, known, _without_separators)


def same_but_for_signs(name: str, known: Iterable[str]) -> str:
    """The only word of a schema that differs by case, spaces, ``-`` and ``_`` alone."""
    return _only(name, known, _without_signs)


def only_close(name: str, known: Collection[str]) -> str:
    """The only known name that is close to another one."""
    from difflib import get_close_matches  # noqa: PLC0415 - few names are misspelt

    if meant := same_but_for_signs(name, known):
        return meant
    close = get_close_matches(name, sorted(known), n=2, cutoff=0.75)
    return close[0] if len(close) == 1 else ""


def misspelling_of(name: str, known: Iterable[str]) -> str | None:
    """Find the one known name that a name differs from by one slip: ``reviews`` for ``reviewz``.

    A letter is wrong, missing, doubled or has changed places inside a word; names that differ by a
    number, a short word or a plural may well be two.
    """
    found = {one for one in known if _is_slip(one, name)}
    return found.pop() if len(found) == 1 else None


class Spellings:
    """Known names, found by one that is another only in case or separators, as ``spelt_otherwise`` does."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = dict.fromkeys(known)
        self.names = tuple(self._known)

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def meant_by(self, name: str) -> str:
        """Find the only name that a name is another spelling of."""
        return spelt_otherwise(name, self._by_letters.get(_without_separators(name), ()))

    @cached_property
    def _by_letters(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for one in self.names:
            found.setdefault(_without_separators(one), []).append(one)
        return found


class Slips:
    """Known names, found by one that differs from them by one slip, as ``misspelling_of`` does.

    Two such names are equal once a letter is left out of each, or of one of them.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = dict.fromkeys(known)

    def meant_by(self, name: str) -> str | None:
        """Find the only name that a name is misspelt for."""
        near = (one for key in _shortened(name) for one in self._by_shortened.get(key, ()))
        return misspelling_of(name, set(near))

    @cached_property
    def _by_shortened(self) -> dict[str, list[str]]:
        return _by_shortened(self._known)


class CloseNames:
    """Known names, found by one that is close to them.

    A name is compared with some known ones as a whole, and of many with those alone that differ by
    a letter, since each of many may be asked for.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = dict.fromkeys(known)

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def to(self, name: str, cutoff: float) -> str:
        """Find the closest name, of which this share of the letters is the same; else nothing."""
        from difflib import get_close_matches  # noqa: PLC0415 - few names are misspelt

        close = get_close_matches(name, self._compared(name), 1, cutoff)
        return close[0] if close else ""

    def all(self, name: str, cutoff: float) -> list[str]:
        """List the close names, the closest first."""
        from difflib import get_close_matches  # noqa: PLC0415 - as above

        return get_close_matches(name, self._compared(name), _MOST_COMPARED, cutoff)

    def only(self, name: str) -> str:
        """Find the only close name, as ``only_close`` does."""
        return only_close(name, self._compared(name))

    def _compared(self, name: str) -> list[str]:
        several: Iterable[str] = self._known
        if len(self._known) > _MOST_COMPARED:
            keys = _shortened(name)
            several = dict.fromkeys(one for key in keys for one in self._by_shortened.get(key, ()))
        return [*islice(several, _MOST_COMPARED)]

    @cached_property
    def _by_shortened(self) -> dict[str, list[str]]:
        return _by_shortened(self._known)


def _by_shortened(known: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in known:
        for key in _shortened(one):
            found.setdefault(key, []).append(one)
    return found


def _shortened(name: str) -> set[str]:
    """The name, and all that it becomes without one of its letters, where it can be that of an object."""
    if len(name) > _LONGEST:
        return {name}
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


def _is_slip(one: str, other: str) -> bool:
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = _shared(one, other)
    end = min(_shared(one[::-1], other[::-1]), min(len(one), len(other)) - start)
    first, second = one[start : len(one) - end], other[start : len(other) - end]
    longer = max(one, other, key=len)
    word = next(
        word for word in _WORD.finditer(longer) if word.end() >= min(start + 1, len(longer))
    )
    if not (first + second).isalpha() or not word[0].isalpha() or len(word[0]) < _LEAST_OF_WORD:
        return False
    is_plural = {first, second} == {"", "s"} and start + 1 == word.end()
    swapped = len(first) == 2 and first == second[::-1]  # noqa: PLR2004 - two letters change places
    return swapped or (max(len(first), len(second)) == 1 and not is_plural)


def _shared(one: str, other: str) -> int:
    """Count the letters that two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _only(name: str, known: Iterable[str], folded: Callable[[str], str]) -> str:
    """The only name that reads as another one does once both are folded."""
    letters = folded(name)
    same = {one for one in known if folded(one) == letters}
    return same.pop() if len(same) == 1 else ""


def _without_separators(name: str) -> str:
    return _SEPARATOR.sub("", name.lower())


def _without_signs(name: str) -> str:
    return "".join(name.split()).lower().replace("_", "").replace("-", "")
