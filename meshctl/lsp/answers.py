"""Answers questions about places of texts, in the client's words."""

from collections.abc import Callable, Iterable

from lsprotocol import types

from meshctl.engine.locations import written
from meshctl.engine.registry import rule_ids
from meshctl.inspect.editor.choices import Choice, choices
from meshctl.lsp.asked import Asked, Opened
from meshctl.lsp.hover import describe
from meshctl.lsp.ignore_words import rule_in_comment
from meshctl.lsp.positions import Encoding, LinesOf, characters, position, range_of
from meshctl.lsp.rule_pages import rule_named, rule_page
from meshctl.resources import Ref
from meshctl.validation.deprecated_fields import MarkedSchemas

_SCHEMAS = MarkedSchemas()
_KINDS = {
    "host": types.CompletionItemKind.Reference,
    "subset": types.CompletionItemKind.Reference,
    "value": types.CompletionItemKind.EnumMember,
    "object": types.CompletionItemKind.Struct,
    "array": types.CompletionItemKind.Struct,
    "rule": types.CompletionItemKind.Event,
}
_MOST_CHOICES = 1000


def hover(
    opened: Opened, at: types.Position, asked: Asked | None, encoding: Encoding
) -> types.Hover | None:
    """Say what stands at a place: a word of the mesh, a field, or a rule in an ignore comment."""
    line = LinesOf(opened.buffer.text)(at.line + 1)
    named = rule_in_comment(line, characters(line, at.character, encoding))
    if named is not None:
        rule = rule_named(named.text)
        text = rule_page(rule) if rule is not None else ""
        start, end = named.start, named.end
    elif asked is not None:
        text = describe(asked.spot, asked.mention, asked.mesh, _SCHEMAS)
        start, end = asked.spot.start, asked.spot.end
    else:
        return None
    if not text:
        return None
    span = types.Range(*(position(at.line, column, line, encoding) for column in (start, end)))
    return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, text), span)


def completion(
    opened: Opened, at: types.Position, asked: Asked | None, encoding: Encoding
) -> types.CompletionList:
    """List what could be written at a place."""
    line = LinesOf(opened.buffer.text)(at.line + 1)
    column = characters(line, at.character, encoding)
    named = rule_in_comment(line, column)
    found: Iterable[Choice] = ()
    start = end = column
    if named is not None:
        found = (Choice(rule_id, "rule") for rule_id in rule_ids())
        start, end = named.start, named.end
    elif asked is not None:
        found = choices(asked.spot, asked.mention, asked.mesh, _SCHEMAS)
        start, end = min(asked.spot.start, column), max(asked.spot.end, column)
    replaced = types.Range(*(position(at.line, one, line, encoding) for one in (start, end)))
    is_value = asked is not None and not asked.spot.is_key
    before = " " if is_value and line[start - 1 : start] == ":" else ""
    items = [_item(choice, replaced, number, before) for number, choice in enumerate(found)]
    return types.CompletionList(len(items) > _MOST_CHOICES, items[:_MOST_CHOICES])


def _item(choice: Choice, replaced: types.Range, number: int, before: str) -> types.CompletionItem:
    text = choice.text
    if choice.is_key:
        text += ":" if choice.begins_block else ": "
    other = types.CompletionItemKind.Property if choice.is_key else types.CompletionItemKind.Value
    return types.CompletionItem(
        label=choice.text,
        kind=_KINDS.get(choice.what, other),
        detail=choice.what,
        documentation=choice.about or None,
        tags=[types.CompletionItemTag.Deprecated] if choice.is_deprecated else None,
        sort_text=f"{number:05}",
        filter_text=choice.text,
        text_edit=types.TextEdit(replaced, f"{before}{text}"),
    )


class Places:
    """Turns places of the mesh into the client's, reading each file once."""

    def __init__(self, opened: Opened, uri_of: Callable[[str], str], encoding: Encoding) -> None:
        self._folder = opened.folder
        self._uri_of = uri_of
        self._encoding = encoding
        self._lines: dict[str, LinesOf] = {}

    def of(self, places: Iterable[Ref]) -> list[types.Location]:
        """Locate places, each once."""
        found: dict[tuple[str, int, int], types.Location] = {}
        for place in places:
            file, span = written(place)[:2]
            key = file, span.line, span.column
            if key not in found:
                found[key] = types.Location(
                    self._uri_of(file), range_of(span, self._of(file), self._encoding)
                )
        return list(found.values())

    def _of(self, file: str) -> LinesOf:
        if file not in self._lines:
            self._lines[file] = self._folder.lines(file)
        return self._lines[file]
