"""Offers what can be done about the findings on some lines."""

from collections.abc import Iterator
from typing import NamedTuple

from lsprotocol import types

from meshctl.engine.ignores.new_comment import new_comment
from meshctl.engine.report import LocatedFinding
from meshctl.lsp.positions import Encoding, LinesOf, position

REASON = "say why"
"""What stands in a new ignore for the reason, until somebody writes it."""


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
        for one in self.found:
            if one.location.line - 1 <= self.last and self.first <= one.location.end_line - 1:
                yield one


def code_actions(
    place: Place, diagnostics: dict[str, types.Diagnostic], encoding: Encoding
) -> Iterator[types.CodeAction]:
    """Walk the actions for a place; ``diagnostics`` are those of its findings by fingerprint."""
    for found in place.findings:
        comment = new_comment(place.text, found.location.line, found.rule, REASON)
        if comment is None:
            continue
        line = LinesOf(place.text)(comment.line)
        at = position(comment.line - 1, comment.after, line, encoding)
        edit = types.TextEdit(types.Range(at, at), comment.text)
        yield types.CodeAction(
            title=f"Ignore {found.rule} here, with a reason",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostics[found.fingerprint]],
            edit=types.WorkspaceEdit(changes={place.uri: [edit]}),
        )
