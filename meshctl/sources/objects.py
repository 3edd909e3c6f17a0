"""Which document stands for an object that no file holds?"""

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from meshctl.sources.documents import Comment, Document

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_WIDTH = 1_000_000


class ObjectDocument(Document):
    """An object of a cluster as a document; its text is written when somebody asks for a place."""

    __slots__ = ("_text",)

    def __init__(self, file: str, data: dict[str, Any]) -> None:
        self.file = file
        self.first_line = 1
        self.data = data
        self._text: str | None = None

    @property
    def text(self) -> str:  # type: ignore[override]
        """The object as YAML, in the order of its fields."""
        if self._text is None:
            self._text = yaml.dump(
                self.data, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=_WIDTH
            )
        return self._text

    def may_hold(self, signs: Iterable[str]) -> bool:  # noqa: ARG002
        """Without a text there is nothing to look at, so the data may hold anything."""
        return True

    def comments(self) -> Iterator[Comment]:
        """A cluster keeps no comments."""
        return iter(())
