"""Finds the one known name that a misspelt one can mean; empty where there is none, or several."""

from collections.abc import Callable, Collection, Iterable

from meshctl.lazy_pattern import lazy_pattern

_SEPARATOR = lazy_pattern(r"(?<!\d)[-_.]|[-_.](?!\d)")


def spelt_otherwise(name: str, known: Iterable[str]) -> str:
    """The only name of an object that differs by case or separators alone: ``v1`` for ``V-1``.

    A sign between digits counts: ``v1.0`` is not ``v10``.
    """
    return _only(name, known, lambda one: _SEPARATOR.sub("", one.lower()))


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


def _only(name: str, known: Iterable[str], folded: Callable[[str], str]) -> str:
    """The only name that reads as another one does once both are folded."""
    letters = folded(name)
    same = {one for one in known if folded(one) == letters}
    return same.pop() if len(same) == 1 else ""


def _without_signs(name: str) -> str:
    return "".join(name.split()).lower().replace("_", "").replace("-", "")
