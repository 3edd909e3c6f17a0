"""Finds the one known name that a misspelt one can mean."""

from collections.abc import Collection
from difflib import get_close_matches


def same_but_for_signs(name: str, known: Collection[str]) -> str:
    """The only known name that differs by case, spaces, ``-`` and ``_`` alone, or nothing."""
    folded = _folded(name)
    same = [one for one in known if _folded(one) == folded]
    return same[0] if len(same) == 1 else ""


def only_close(name: str, known: Collection[str]) -> str:
    """The only known name that is close to another one; nothing where several are, or none."""
    if meant := same_but_for_signs(name, known):
        return meant
    close = get_close_matches(name, sorted(known), n=2, cutoff=0.75)
    return close[0] if len(close) == 1 else ""


def _folded(name: str) -> str:
    return "".join(name.split()).lower().replace("_", "").replace("-", "")
