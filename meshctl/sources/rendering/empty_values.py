"""Puts stand-ins where the values that a chart comes with leave a text empty.

Who installs such a chart gives these values, so that nobody knows from its files what stands there:
no finding may follow from their emptiness. Only lines are changed that the template writes by naming
the value alone, as in ``host: {{ .Values.host }}``.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from meshctl.sources.rendering.chart_marks import actions
from meshctl.sources.rendering.source_map import Exactness, LineOrigins, SourceTexts
from meshctl.words import shortened

STAND_IN = "VALUES"
"""The name in ``${VALUES.gateway.host}``, what is written for the value ``gateway.host``."""

_VALUE = re.compile(
    r"-?\s*\$?(\w*(?:\.\w+)+)(?:\s*\|\s*(?:quote|squote|trim|lower|toString))*\s*-?"
)
_EMPTY = frozenset({"", '""', "''"})
_STARTS = re.compile(r"(?:.*[:\-,]\s+|.*\[\s*|\s*)")
_ENDS = re.compile(r"\s*(?:[\],].*|#.*)?")
_NAMESPACE = re.compile(r"[\s-]*namespace:")
"""An empty one is that of the release, which nobody knows either."""
_LONGEST = 1_000
_MOST_ACTIONS = 3


class Filled(NamedTuple):
    """The text of a document with stand-ins, and the values that they stand for."""

    text: str
    names: tuple[str, ...] = ()


def fill(text: str, line_map: Sequence[LineOrigins], texts: SourceTexts) -> Filled:
    """Write stand-ins into the lines that are known to be empty for want of a value."""
    lines = text.split("\n")
    names: dict[str, None] = {}
    for index, (line, origins) in enumerate(zip(lines, line_map, strict=False)):
        if origins.exactness is not Exactness.LINE or not origins.origins:
            continue
        place = origins.origins[0]
        template = "".join(texts.lines(place.file, place.line, place.line))
        if (
            "{{" in template
            and not _NAMESPACE.match(line)
            and max(len(line), len(template)) <= _LONGEST
        ):
            lines[index] = _filled(line, template, names)
    return Filled("\n".join(lines), tuple(names))


def _filled(line: str, template: str, names: dict[str, None]) -> str:
    literals, parts = _read(template)
    values = _values_in(line, literals) if len(parts) <= _MOST_ACTIONS else None
    for number in reversed(range(len(values or ()))):
        name, value = parts[number], values[number] if values is not None else ""
        if name and value in _EMPTY:
            start = sum(map(len, (*literals[: number + 1], *(values or ())[:number])))
            before, after = line[:start], line[start + len(value) :]
            names[name] = None
            line = f"{before}{_written(name, value, before, after)}{after}"
    return line


def _values_in(line: str, literals: Sequence[str]) -> list[str] | None:
    """Read what stands between literals, each as short as can be; ``None`` where they aren't there in this order."""
    if not line.startswith(literals[0]):
        return None
    values, rest = [], line[len(literals[0]) :]
    for literal in literals[1:-1]:
        value, found, rest = rest.partition(literal) if literal else ("", " ", rest)
        if not found:
            return None
        values.append(value)
    rest = rest.rstrip()
    return [*values, rest.removesuffix(literals[-1])] if rest.endswith(literals[-1]) else None


@lru_cache(maxsize=1_024)
def _read(template: str) -> tuple[Sequence[str], Sequence[str]]:
    """Part the line of a template into what it writes as it stands, and the values between."""
    literals, parts, last = [], [], 0
    for action in actions(template):
        value = _VALUE.fullmatch(action.text)
        literals.append(template[last : action.start])
        parts.append(value[1].lstrip(".").removeprefix("Values.") if value is not None else "")
        last = action.end
    return [*literals, template[last:].rstrip()], parts


def _written(name: str, empty: str, before: str, after: str) -> str:
    text = f"${{{STAND_IN}.{name}}}"
    is_whole = _STARTS.fullmatch(before) is not None and _ENDS.fullmatch(after) is not None
    return f'"{text}"' if empty or is_whole else text


def notes(left: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Say which charts leave which values to their installation."""
    if not left:
        return ()
    charts = shortened([f"{chart} ({shortened(names)})" for chart, names in left.items()])
    which = "a chart leaves" if len(left) == 1 else f"{len(left)} charts leave"
    text = "values empty that an installation gives, and what depends on them is not checked"
    return (f"{which} {text}: {charts}; give them with --values, or in render: of the config file",)
