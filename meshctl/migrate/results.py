"""What a migration says: each object with what becomes of it, how exactly, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from meshctl.resources import Ref, Resource


class Status(StrEnum):
    """How much of an object's meaning comes through."""

    EXACT = "exact"
    APPROXIMATE = "approximate"
    IMPOSSIBLE = "impossible"

    @property
    def rank(self) -> int:
        """Order them, the best first."""
        return list(Status).index(self)


class Note(NamedTuple):
    """What differs, or what was left out since it means nothing today, and where it stands.

    ``instead`` says what to do where nothing is the same.
    """

    status: Status
    message: str
    ref: Ref
    instead: str = ""

    @property
    def text(self) -> str:
        """Write it as one sentence."""
        return f"{self.message}; {self.instead}" if self.instead else self.message


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """An object that a migration writes; several old objects may share it."""

    data: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Its kind."""
        return str(self.data["kind"])

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.data["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Its namespace as written; empty where the old object names none either."""
        return str(self.data["metadata"].get("namespace", ""))

    @property
    def title(self) -> str:
        """How messages name it."""
        where = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {where}{self.name}"


class Row(NamedTuple):
    """What becomes of one object.

    ``after`` is the object as it is to be, where it stays; else it goes, and the objects that it
    is ``to`` become take its place.
    """

    resource: Resource
    to: tuple[Made, ...] = ()
    notes: tuple[Note, ...] = ()
    after: Mapping[str, Any] | None = None

    @property
    def status(self) -> Status:
        """The worst that a note says; exact without one."""
        return max((note.status for note in self.notes), key=lambda s: s.rank, default=Status.EXACT)

    @property
    def why(self) -> str:
        """What differs, in one text."""
        return "; ".join(dict.fromkeys(note.text for note in self.notes))


class Target(NamedTuple):
    """What to migrate to; strictly, without prefixes that the Gateway API reads otherwise."""

    name: str
    is_strict: bool = False


class Migration(NamedTuple):
    """Rows for every object that is concerned, in the order of the input.

    ``assumed`` are Services that are taken to exist, though the input has none.
    """

    target: str
    rows: tuple[Row, ...]
    assumed: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_complete(self) -> bool:
        """Came everything through, exactly or nearly?"""
        return all(row.status is not Status.IMPOSSIBLE for row in self.rows)

    def count(self, status: Status) -> int:
        """How many rows have a status."""
        return sum(row.status is status for row in self.rows)
