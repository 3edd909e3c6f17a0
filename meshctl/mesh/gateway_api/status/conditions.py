"""How does istiod's controller say what it made of an object: conditions, and why one isn't met."""

from collections.abc import Mapping
from typing import NamedTuple

from meshctl.resources import Ref


class Fault(NamedTuple):
    """Why something is refused: the reason of the condition, in words, and where it is written."""

    reason: str
    text: str
    ref: Ref


class Condition(NamedTuple):
    """A condition as istiod writes it; ``text`` and ``ref`` say more where it isn't met."""

    status: str
    """``True`` or ``False``."""
    reason: str
    text: str = ""
    ref: Ref | None = None

    @property
    def is_true(self) -> bool:
        """Is it met? Of ``Conflicted`` that is bad news."""
        return self.status == "True"


Conditions = Mapping[str, Condition]
"""Conditions by type."""


def met(reason: str) -> Condition:
    """Give a condition that is met."""
    return Condition("True", reason)


def unmet(fault: Fault) -> Condition:
    """Give a condition that isn't met, and why."""
    return Condition("False", fault.reason, fault.text, fault.ref)


def judged(reason: str, fault: Fault | None) -> Condition:
    """Give a condition that is met, for this reason, unless there is a fault."""
    return met(reason) if fault is None else unmet(fault)
