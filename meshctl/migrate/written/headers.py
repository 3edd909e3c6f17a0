"""Writes the comments that stand above what a migration makes."""

from collections.abc import Iterable, Iterator, Sequence

from meshctl.migrate.results import Made, Row, Status
from meshctl.words import one_line
from meshctl.yaml import comments as tokens

_WIDTH = 100


def place(row: Row) -> str:
    """Name where an object stands: ``file:line``."""
    resource = row.resource
    written = resource.document.written((*resource.prefix, "kind"))
    return f"{written.file}:{written.span.line}"


def title(row: Row) -> str:
    """Name an old object with its place."""
    return f"{row.resource.title} ({place(row)})"


def above(made: Made, rows: Sequence[Row]) -> Iterator[str]:
    """Say what an object was made of."""
    yield from comment(f"{made.title}, from {' and '.join(title(row) for row in rows)}")


def of_row(row: Row, elsewhere: Iterable[Made]) -> Iterator[str]:
    """Say what became of an object: how exactly, why, and where else it is."""
    where = [made.title for made in elsewhere]
    found = f"; see {', '.join(where)}" if where else ""
    made = "" if row.to else "; nothing takes its place"
    yield from comment(f"{title(row)}: {row.status.value}{found}{made}")
    for note in row.notes:
        mark = "" if note.status is Status.EXACT else f"{note.status.value}: "
        yield from comment(f"- {mark}{note.text}")


def commented_out(text: str) -> Iterator[str]:
    """Turn a document into comments, so that nothing of it gets lost."""
    for line in text.splitlines():
        if not line.startswith(("---", "...")):
            yield f"#   {line}".rstrip()


def kept_comments(text: str) -> Iterator[str]:
    """Walk the comments of a document whose object is written anew."""
    for _, found in tokens.comments(text) if "#" in text else ():
        yield f"# {found}".rstrip()


def comment(text: str) -> Iterator[str]:
    """Write a text as comment lines that nothing in it can end."""
    line = "#"
    for word in one_line(text).split(" "):
        if len(line) + len(word) >= _WIDTH and line.strip("# "):
            yield line
            line = "#  "
        line += f" {word}"
    yield line
