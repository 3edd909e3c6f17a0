"""Writes text from elsewhere into HTML, where it stays text, and the parts that pages are made of."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from html import escape

from meshctl.masking.tokens import masked
from meshctl.words import message_lines, visible

Markup = str
"""HTML that is safe to write as it is."""


def text(value: object) -> Markup:
    """Write a value as text: nothing in it is markup, or hidden, or a secret."""
    return _text(value if type(value) is str else str(value))


@lru_cache(maxsize=1 << 16)
def _text(value: str) -> Markup:
    return escape(visible(masked(value))).replace("##", "#&#35;")


def lines(message: str) -> Markup:
    """Write a message, its line breaks kept."""
    return "<br>".join(map(escape, message_lines(masked(message))))


def attributes(values: Mapping[str, object]) -> Markup:
    """Write attributes, each with a space before it; what is empty is left out.

    Several values of one attribute stand on lines of their own.
    """
    return "".join(
        f' {name}="{_several(value) if isinstance(value, tuple) else text(value)}"'
        for name, value in values.items()
        if value not in {"", ()}
    )


def _several(values: tuple[object, ...]) -> Markup:
    return "\n".join(map(text, values))


def table(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *,
    marks: Sequence[Mapping[str, object]] = (), list_id: str = "",
) -> Markup:  # fmt: skip
    """Write a table; nothing there shows as ``-``. ``marks`` are attributes of the rows.

    The rows of a table with a ``list_id`` can be filtered by their attributes.
    """
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in columns)
    body = "".join(
        f"<tr{attributes(marks[number]) if marks else ''}>{''.join(map(_cell, row))}</tr>\n"
        for number, row in enumerate(rows)
    )
    filtered = attributes({"id": list_id, "data-filtered": "rows"} if list_id else {})
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{text(caption)}"><table>'
        f"<caption>{text(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody{filtered}>{body}</tbody></table></div>\n"
    )


def _cell(value: object) -> Markup:
    if value is None or value == "":
        return "<td>-</td>"
    style = _WORDS.get(value) if isinstance(value, str) else None
    return f'<td class="{style}">{text(value)}</td>' if style else f"<td>{text(value)}</td>"


_WORDS = {
    "conflict": "bad", "error": "bad", "plaintext": "doubtful", "unknown": "doubtful",
    "no-endpoint": "doubtful", "mtls": "good",
}  # fmt: skip
"""Words of a cell that have a colour; the word stays, so that the colour is never the only sign."""
