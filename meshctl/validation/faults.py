"""The faults of one object, and the verdict they lead to."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from meshctl.resources.resource import Resource
from meshctl.resources.view import Path, Ref

FaultKind = Literal[
    "unknown-field", "wrong-type", "missing-field", "value-not-allowed", "out-of-bounds",
    "cel-rule", "webhook", "metadata", "mesh-config",
]  # fmt: skip


class Meant(NamedTuple):
    """What stands at the place of a fault in the one reading that it has: a key, or a value."""

    what: Any
    is_sure: bool = True
    """Does what is written differ from it only in case, quotes and signs?"""
    is_quoted: bool = False
    """Is it the text as it is written, such as 1.10, in quotes?"""


class Fault(NamedTuple):
    """One reason to refuse an object, or to warn about it."""

    kind: FaultKind
    path: Path
    message: str
    is_warning: bool = False
    key: bool = False
    """Does the fault lie in the key instead of its value?"""
    meant: Meant | None = None

    def at(self, resource: Resource) -> Ref:
        """Name its place in the object it was found in."""
        return Ref(resource, self.path, self.key)


Check = Callable[[Any], Sequence[Fault]]
"""What is wrong with a value, with paths that begin at it; empty when nothing is."""


def below(step: str | int, faults: Sequence[Fault]) -> list[Fault]:
    """Move faults of a field or item to the value that holds it."""
    return [fault._replace(path=(step, *fault.path)) for fault in faults]


def sentence(fault: Fault) -> str:
    """Say what is wrong, with the field before it."""
    field = ".".join(map(str, fault.path))
    return f"{field}: {fault.message}" if field else fault.message


def named(fault: Fault) -> str:
    """Say what is wrong, with the name of the value in place of ``this``."""
    subject, _, rest = fault.message.partition(" ")
    if subject != "this":
        return fault.message
    names = [step for step in fault.path if isinstance(step, str)]
    if not names:
        return f"the object {rest}"
    is_item = isinstance(fault.path[-1], int)
    return f"{'an item of ' if is_item else ''}{names[-1]} {rest}"


class Verdict(NamedTuple):
    """Everything that is wrong with an object, and what nobody could judge, as sentences."""

    faults: tuple[Fault, ...] = ()
    not_checked: tuple[str, ...] = ()

    @property
    def is_accepted(self) -> bool:
        """Would the API server store the object? Warnings do not stop it."""
        return all(fault.is_warning for fault in self.faults)

    def of(self, kind: FaultKind, *, is_warning: bool = False) -> Iterator[Fault]:
        """List the faults of one kind."""
        for fault in self.faults:
            if fault.kind == kind and fault.is_warning == is_warning:
                yield fault


ACCEPTED = Verdict()
