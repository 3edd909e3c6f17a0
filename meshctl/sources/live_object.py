"""The document that stands for an object which no file holds."""

from collections.abc import Iterable, Iterator
from typing import Any

from meshctl.sources.documents import Comment, Document
from meshctl.sources.placement import UNKNOWN


class ObjectDocument(Document):
    """An object of a cluster as a document; its text is written when somebody asks for a place."""

    __slots__ = ("_text",)

    def __init__(self, file: str, data: dict[str, Any]) -> None:
        self.file = file
        self.first_line = 1
        self.data = data
        self.placement = UNKNOWN
        self._text: str | None = None

    @property
    def text(self) -> str:  # type: ignore[override]
        """The object as YAML, as ``kubectl get -o yaml`` would write it."""
        if self._text is None:
            from meshctl.yaml.emitter import dumps  # noqa: PLC0415 - files need no text written

            self._text = dumps(self.data)
        return self._text

    def may_hold(self, signs: Iterable[str]) -> bool:
        """Can one of these texts be in it? They must be texts that Python shows as they are."""
        shown = repr(self.data)
        return any(sign in shown for sign in signs)

    def comments(self) -> Iterator[Comment]:
        """A cluster keeps no comments."""
        return iter(())
