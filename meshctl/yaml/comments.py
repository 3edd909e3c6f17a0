"""Tells comments and Helm's template actions apart in a YAML text."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from yaml import YAMLError
from yaml._yaml import CParser
from yaml.tokens import ScalarToken

from meshctl.lazy_pattern import lazy_pattern

_COMMENT = lazy_pattern(r"(?:^|(?<=\s))#[^\n]*")
_HEADER_COMMENT = lazy_pattern(r"[|>][-+\d]*[ \t]+(#[^\n]*)")
_ACTION = lazy_pattern(r"\{\{")
_HELM_ACTION = lazy_pattern(
    r"\{\{-?\s*(?:\.(?:Values|Release|Chart|Capabilities|Files|Template)\b"
    r"|(?:include|template|tpl|toYaml|required|default|quote)\b"
    # Alerts of Prometheus have these as well.
    r"|(?:printf|if|else|range|with|end)\b[^}]{0,200}?\.(?:Values|Release|Chart|Capabilities|Files)\b)"
)


class _TextPart(NamedTuple):
    """Characters that are a value or a comment as a whole."""

    kind: Literal["comment", "plain", "quoted"]
    start: int
    end: int


def comments(text: str) -> Iterator[tuple[int, str]]:
    """List the comments of a document: where each starts, and its text without the hash."""
    for part in _parts(text):
        if part.kind == "comment":
            yield part.start, text[part.start + 1 : part.end].strip()


def lost(before: str, after: str) -> list[str]:
    """List the comments of a text that another one has no more."""
    if before.count("#") <= after.count("#"):
        return []
    left = Counter(text for _, text in comments(before))
    left.subtract(text for _, text in comments(after))
    return [text for text, count in left.items() if count > 0]


def template_action(text: str, *, is_broken: bool) -> int | None:
    """Find the first ``{{`` of a template in a document, or in one up to where it breaks.

    Inside quotes, block scalars and comments it is text. In a plain scalar it must look like
    Helm, since alerts and workflows write ``{{ $labels.pod }}`` there; outside of scalars it
    breaks the document whatever it is.
    """
    if not is_broken and not _HELM_ACTION.search(text):
        return None
    parts = list(_parts(text))
    found = [_outside(_HELM_ACTION, text, [part for part in parts if part.kind != "plain"])]
    if is_broken:
        found.append(_outside(_ACTION, text, parts))
    return min((start for start in found if start is not None), default=None)


def _outside(action: re.Pattern[str], text: str, parts: Sequence[_TextPart]) -> int | None:
    position = 0
    for part in parts:
        if match := action.search(text, position, part.start):
            return match.start()
        position = max(position, part.end)
    match = action.search(text, position)
    return match.start() if match else None


def _parts(text: str) -> Iterator[_TextPart]:
    """List the scalars and comments of a text in order, as far as libyaml understands it."""
    position = 0
    parser = CParser(text)
    try:
        while (token := parser.get_token()) is not None:
            start, end = token.start_mark.index, token.end_mark.index
            for match in _COMMENT.finditer(text, position, start):
                yield _TextPart("comment", *match.span())
            if isinstance(token, ScalarToken):
                yield _TextPart("plain" if token.plain else "quoted", start, end)
                if header := _HEADER_COMMENT.match(text, start, end):
                    yield _TextPart("comment", *header.span(1))
            position = max(position, end)
    except YAMLError:  # what follows is no YAML: its comments are still told by their hash
        for match in _COMMENT.finditer(text, position):
            yield _TextPart("comment", *match.span())
