"""Keeps the order of rules where HTTPRoutes are tried by how specific they are.

Where a later match would win over an earlier one, a match for the requests of both is added that
does what the earlier one does; a match that nothing could reach goes.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshctl.migrate.gateway_api.asked import Alternative, CantSayError

_MOST = 512


class Ordered(NamedTuple):
    """The matches that do the same; ``added`` is how many were, ``dead`` are actions that went."""

    alternatives: tuple[Alternative, ...]
    added: int
    dead: frozenset[int]


def in_any_order(several: Sequence[Alternative]) -> Ordered:
    """Give matches that do the same when the most specific is tried first.

    Raises CantSayError where no match says what the order did.
    """
    found: list[Alternative] = []
    added = 0
    for alternative in several:
        before = len(found)
        _insert(found, alternative, tuple(found), 0)
        added += max(len(found) - before - 1, 0)
    left = {alternative.action for alternative in found}
    dead = frozenset(alternative.action for alternative in several) - left
    return Ordered(tuple(found), added, dead)


def _insert(
    found: list[Alternative], alternative: Alternative, earlier: Sequence[Alternative], depth: int
) -> None:
    """Add one behind those that come ``earlier``, with what keeps their requests theirs.

    Below the top it is what two share, which has to win over the later of them.
    """
    if len(found) > _MOST or depth > _MOST:
        raise CantSayError(
            f"the order of rules takes more than {_MOST} matches to say",
            "write matches that don't overlap",
        )
    for other in earlier:
        if other.takes_all_of(alternative):
            wins = other.asked.rank <= alternative.asked.rank
            if other.still_takes_all_of(alternative) and (wins or not depth):
                return
            alternative = alternative._replace(action=other.action)
            break
    for place, other in enumerate(earlier):
        if other.action == alternative.action or not other.meets(alternative):
            continue
        shared = other.both(alternative)
        wins = other.asked.rank <= alternative.asked.rank and other.still_takes_all_of(shared)
        if wins:
            continue
        if shared.asked.rank > alternative.asked.rank:
            raise CantSayError(
                "the order of two rules decides, and the later one is always tried first in an "
                "HTTPRoute",
                "write matches that don't overlap",
            )
        if not any(known.asked == shared.asked for known in found):
            _insert(found, shared, earlier[:place], depth + 1)
    if not any(known.asked == alternative.asked for known in found):
        found.append(alternative)
