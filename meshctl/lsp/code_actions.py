"""Offers what can be done about the findings on some lines."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from lsprotocol import types

from meshctl.engine.fixes import TakenEdits
from meshctl.engine.ignores.new_comment import new_comment
from meshctl.engine.report import FileEdit, LocatedFinding
from meshctl.lsp.positions import Encoding, LinesOf, position, range_of
from meshctl.sources.documents import Span

REASON = "say why"
"""What stands in a new ignore for the reason, until somebody writes it."""
FIX_ALL = "source.fixAll.meshctl"
_LONGEST_TITLE = 100


class Place(NamedTuple):
    """Some lines of a text in the editor, counted from 0, and the findings of the text."""

    uri: str
    text: str
    first: int
    last: int
    found: tuple[LocatedFinding, ...]

    @property
    def findings(self) -> Iterator[LocatedFinding]:
        """The findings on these lines."""
        for finding in self.found:
            if (
                finding.location.line - 1 <= self.last
                and self.first <= finding.location.end_line - 1
            ):
                yield finding


class CodeActions:
    """Makes actions for one client.

    ``uri`` names a file as the client does, ``lines`` gives its text, and ``is_current`` says that
    the text is still the one that was analysed, so that edits fit.
    """

    def __init__(
        self, encoding: Encoding, uri: Callable[[str], str], lines: Callable[[str], LinesOf],
        is_current: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self._encoding = encoding
        self._uri = uri
        self._lines = lines
        self._is_current = is_current

    def at(
        self, place: Place, diagnostics: dict[str, types.Diagnostic]
    ) -> Iterator[types.CodeAction]:
        """Walk the actions for a place; ``diagnostics`` are those of its findings by fingerprint."""
        for found in place.findings:
            edit = self._edit(found.edits)
            if edit is not None:
                yield types.CodeAction(
                    title=_title(found), kind=types.CodeActionKind.QuickFix, edit=edit,
                    diagnostics=[diagnostics[found.fingerprint]],
                    is_preferred=found.is_safe or None,
                )  # fmt: skip
        for found in place.findings:
            edit = self._ignore(place, found)
            if edit is not None:
                yield types.CodeAction(
                    title=f"Ignore {found.rule} here, with a reason", edit=edit,
                    kind=types.CodeActionKind.QuickFix,
                    diagnostics=[diagnostics[found.fingerprint]],
                )  # fmt: skip

    def for_all(self, found: Iterable[LocatedFinding]) -> Iterator[types.CodeAction]:
        """Give one action for all safe fixes of a file; those that touch each other wait."""
        taken = TakenEdits()
        for finding in found:
            if finding.is_safe:
                taken.add(finding.edits)
        edit = self._edit([edit for edits in taken.by_file.values() for edit in edits])
        if edit is not None:
            title = "Mend everything that is safe to mend in this file"
            yield types.CodeAction(title=title, kind=FIX_ALL, edit=edit)

    def _edit(self, edits: Sequence[FileEdit]) -> types.WorkspaceEdit | None:
        if not edits or not all(self._is_current(edit.file) for edit in edits):
            return None
        changes: dict[str, list[types.TextEdit]] = {}
        for edit in edits:
            span = Span(edit.line, edit.column, edit.end_line, edit.end_column)
            place = range_of(span, self._lines(edit.file), self._encoding)
            changes.setdefault(self._uri(edit.file), []).append(types.TextEdit(place, edit.text))
        return types.WorkspaceEdit(changes=changes)

    def _ignore(self, place: Place, found: LocatedFinding) -> types.WorkspaceEdit | None:
        comment = new_comment(place.text, found.location.line, found.rule, REASON)
        if comment is None:
            return None
        line = LinesOf(place.text)(comment.line)
        at = position(comment.line - 1, comment.after, line, self._encoding)
        edit = types.TextEdit(types.Range(at, at), comment.text)
        return types.WorkspaceEdit(changes={place.uri: [edit]})


def _title(found: LocatedFinding) -> str:
    """Word a fix by its first sentence."""
    text = (found.fix or f"mend {found.rule}").partition("; ")[0].rstrip(".")
    short = text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"
    return f"{short[:1].upper()}{short[1:]}"
