"""Documents, and the exact places of paths in their text."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from meshctl.sources.placement import UNKNOWN, Placement
from meshctl.yaml import comments as tokens
from meshctl.yaml import reader as yaml
from meshctl.yaml.notes import UnreadableError
from meshctl.yaml.positions import Positions

if TYPE_CHECKING:
    from yaml import Node

    from meshctl.yaml.value_edits import ValueEditor


class Span(NamedTuple):
    """A range in a file: lines and columns count from 1, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


_LOSSES = frozenset({
    "yaml-syntax", "helm-template", "nul-byte", "not-utf8", "nesting-too-deep", "alias-bomb",
    "document-too-large", "unreadable-file", "not-an-object",
})  # fmt: skip


class Problem(NamedTuple):
    """Something the loader found wrong or left out: reported as rule ``document/<kind>``."""

    kind: str
    message: str
    file: str
    span: Span
    lines: tuple[str, ...] = ()
    """The lines of text from ``span.line`` on that a code frame shows; may be empty."""
    spoils_file: bool = False
    """Does it say that the other documents of the file aren't what they seem?"""

    @property
    def loses_text(self) -> bool:
        """Is there text of which nobody knows what it says?"""
        return self.kind in _LOSSES


class RelatedText(NamedTuple):
    """A further place that explains where a text came from."""

    file: str
    span: Span
    message: str


class Written(NamedTuple):
    """Where people wrote what stands in a document; ``note`` says what is not exact about it."""

    file: str
    span: Span
    related: tuple[RelatedText, ...] = ()
    note: str = ""


class Comment(NamedTuple):
    """A comment: its line in the file, whether it has the line to itself, the text after ``#``."""

    line: int
    own_line: bool
    text: str


@dataclass(slots=True, eq=False)
class Document:
    """One YAML or JSON document: its text, the parsed data, where it starts, how it is applied.

    A renderer gives what it renders together a ``unit`` of its own in the placement: documents of
    one unit are applied together, those of others may be alternatives to them.
    """

    file: str
    first_line: int
    text: str
    data: Any
    placement: Placement = UNKNOWN

    def span(self, path: tuple[str | int, ...], *, key: bool = False) -> Span:
        """Find the value (or the key) at a path by composing the text again.

        A missing value stands for its nearest existing ancestor; a mapping or list is shown by
        its key, a list item by its first key.
        """
        layout = _lay_out(self.text)
        if layout.places is None:
            return layout.lines.span(*layout.lines.first_word(), self.first_line)
        place = layout.places.locate(path, key=key)
        return layout.lines.span(*place, self.first_line)

    def written(self, path: tuple[str | int, ...], *, key: bool = False) -> Written:
        """Say where people wrote it: here, unless a program made the document of other files."""
        return Written(self.file, self.span(path, key=key))

    def source_lines(self, file: str, first: int, last: int) -> tuple[str, ...]:
        """Give lines of a file that ``written`` names, as far as they are known.

        They are for people: stars stand for secrets, with every column where it was.
        """
        if file != self.file:
            return ()
        first = max(first, self.first_line)
        return self.shown().between(first - self.first_line, last - self.first_line)

    def shown(self) -> "Lines":
        """Give the lines of its text as people may see them."""
        return _shown(self.text)

    def lines(self, first: int, last: int) -> tuple[str, ...]:
        """Give the lines of the file from one number to another, as far as they are in here."""
        return _lay_out(self.text).lines.between(first - self.first_line, last - self.first_line)

    def may_hold(self, signs: Iterable[str]) -> bool:
        """Can one of these texts be in it? Only a text that is there says no."""
        text = self.text
        if not text:
            return True
        for sign in signs:  # noqa: SIM110 - a generator costs more than the search
            if sign in text:
                return True
        return False

    def comments(self) -> Iterator[Comment]:
        """List the comments when one of them may speak to meshctl; hashes in values are none."""
        if "meshctl:" not in self.text:
            return
        lines = Lines(self.text)
        for offset, text in tokens.comments(self.text):
            span = lines.span(offset, offset, self.first_line)
            own_line = not self.text[offset - span.column + 1 : offset].strip()
            yield Comment(span.line, own_line, text)

    def edit(self, path: tuple[str | int, ...], action: str, value: Any) -> tuple[Span, str]:
        """Say which characters an edit replaces, and by what; see ``meshctl.rules.api.Edit``.

        Raises UnsafeEditError where the text can't be edited safely, or is nobody's to edit.
        """
        # Few findings have edits.
        from meshctl.yaml.text_edits import UnsafeEditError  # noqa: PLC0415

        layout = _lay_out(self.text)
        is_written = type(self).written is Document.written and self.file != "-"
        if layout.places is None or not is_written:
            raise UnsafeEditError
        made = _editor(self.text, layout.places.root).make(action, path, value)
        return layout.lines.span(made.start, made.end, self.first_line), made.text


class Lines:
    """The lines of a text: turns offsets into spans."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        # Many findings of a text without line breaks ask for the same long line.
        self._last: tuple[tuple[int, int], tuple[str, ...]] | None = None

    def span(self, start: int, end: int, first_line: int) -> Span:
        """Say where the characters between two offsets stand in a file."""
        line = bisect_right(self._starts, start) - 1
        end_line = bisect_right(self._starts, end, line) - 1
        return Span(
            first_line + line,
            start - self._starts[line] + 1,
            first_line + end_line,
            end - self._starts[end_line] + 1,
        )

    def offset(self, line: int, column: int) -> int:
        """Give the offset of a line and column, both counted from 1."""
        return self._starts[min(line, len(self._starts)) - 1] + column - 1

    def between(self, first: int, last: int) -> tuple[str, ...]:
        """Give lines by number, counted from 0, both included."""
        first, last = max(first, 0), min(last, len(self._starts) - 1)
        if first > last:
            return ()
        if self._last is not None and self._last[0] == (first, last):
            return self._last[1]
        end = self._starts[last + 1] - 1 if last + 1 < len(self._starts) else len(self.text)
        text = self.text[self._starts[first] : end]
        found = tuple(line.removesuffix("\r") for line in text.split("\n"))
        self._last = (first, last), found
        return found

    def first_word(self) -> tuple[int, int]:
        """Find the first word of the text: what stands for it as a whole."""
        match = re.search(r"\S+", self.text)
        return match.span() if match else (0, 0)


class _Layout(NamedTuple):
    places: Positions | None
    lines: Lines


@lru_cache(maxsize=4)
def _editor(text: str, root: "Node") -> "ValueEditor":
    """Make the editor of a document, which keeps what one edit has found out for the next."""
    from meshctl.yaml.value_edits import ValueEditor  # noqa: PLC0415 - few findings have edits

    return ValueEditor(text, root)


@lru_cache(maxsize=4)
def _lay_out(text: str) -> _Layout:
    """Compose the nodes of a document anew; those of the last few documents are kept.

    They are many times larger than the text, so that a document cannot own them. JSON that is
    no YAML (a tab before the first brace) has no nodes.
    """
    try:
        root = yaml.compose(text)
    except UnreadableError:
        root = None
    return _Layout(Positions(root, text) if root is not None else None, Lines(text))


@lru_cache(maxsize=4)
def _shown(text: str) -> Lines:
    """Give the lines of a document as people may see them."""
    from meshctl.masking.texts import masked_document  # noqa: PLC0415 - for findings alone

    places = _lay_out(text).places
    return Lines(masked_document(text, places.root if places is not None else None))
