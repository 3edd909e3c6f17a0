"""Writes the form that filters what a page lists: by words, and by one or more values a kind."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from meshctl.output.page.markup import Markup, attributes, text


class Filter(NamedTuple):
    """One kind of value to filter by: the attribute ``data-<name>``, and how often each occurs."""

    name: str
    label: str
    counts: Mapping[str, int]


def counted(name: str, label: str, values: Iterable[str]) -> Filter:
    """Count values for a filter, in the order of their names; what is empty doesn't count."""
    found = Counter(value for value in values if value)
    return Filter(name, label, dict(sorted(found.items())))


_SEARCH = (
    '<label class="search">Search <input type="search" name="text" autocomplete="off" '
    'placeholder="words to look for"></label>'
)


def filter_form(
    noun: str, boxes: Sequence[Filter], choices: Sequence[Filter], sorts: Mapping[str, str]
) -> Markup:
    """Write the form: check boxes for few values, a list for many, an order where there are several.

    Without scripts the page shows all, and the form isn't there.
    """
    parts = [_SEARCH]
    parts += [_boxes(box) for box in boxes if box.counts]
    parts += [_choice(choice) for choice in choices if len(choice.counts) > 1]
    if sorts:
        options = "".join(
            f'<option value="{text(key)}">{text(label)}</option>' for key, label in sorts.items()
        )
        parts.append(f'<label>Sort by <select name="sort">{options}</select></label>')
    parts.append('<button type="reset">Show all</button>')
    return (
        f'<form class="filters" role="search" aria-label="Filters" data-noun="{text(noun)}">'
        f'{"".join(parts)}<output aria-live="polite"></output></form>\n'
    )


def _boxes(shown: Filter) -> Markup:
    boxes = "".join(
        f'<label><input type="checkbox"{attributes({"name": shown.name, "value": value})}> '
        f'<span class="{text(value)}">{text(value)}</span> {number}</label>'
        for value, number in shown.counts.items()
    )
    return f"<fieldset><legend>{text(shown.label)}</legend>{boxes}</fieldset>"


def _choice(shown: Filter) -> Markup:
    options = "".join(
        f"<option{attributes({'value': value})}>{text(value)} ({number})</option>"
        for value, number in shown.counts.items()
    )
    return (
        f"<label>{text(shown.label)} <select{attributes({'name': shown.name})}>"
        f'<option value="">all</option>{options}</select></label>'
    )
