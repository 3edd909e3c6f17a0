"""Where did a piece of configuration come from, and where exactly does a path lie in it?"""

from dataclasses import dataclass
from typing import Any, NamedTuple


class Span(NamedTuple):
    """A range in a file: lines and columns count from 1, the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Problem(NamedTuple):
    """Something the loader found wrong or left out: reported as rule ``document/<kind>``."""

    kind: str
    message: str
    file: str
    span: Span
    lines: tuple[str, ...] = ()
    """The lines of text from ``span.line`` on that a code frame shows; may be empty."""


@dataclass(slots=True, eq=False)
class Document:
    """One YAML or JSON document: its text, the parsed data, and where it starts."""

    file: str
    first_line: int
    text: str
    data: Any

    def span(self, path: tuple[str | int, ...], *, key: bool = False) -> Span:
        """Find the value (or the key) at a path by composing the text again."""
        raise NotImplementedError
