"""Notes about the text of a document: what is wrong, between which offsets."""

from typing import NamedTuple


class Note(NamedTuple):
    """One thing that is wrong: its kind, a sentence with the next step, the characters meant."""

    kind: str
    message: str
    start: int
    end: int


class UnreadableError(Exception):
    """Kubernetes could not read the document at all; ``note`` says why."""

    def __init__(self, note: Note) -> None:
        super().__init__(note.message)
        self.note = note
