"""Writes what ``migrate`` answers: a report, JSON, the new files, or what changes in them."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from meshctl.engine.locations import locate
from meshctl.inspect.changes.comparison import Comparison
from meshctl.inspect.migration.answer import Migrated
from meshctl.migrate.results import Row, Status
from meshctl.migrate.written.headers import place
from meshctl.output.as_json.texts import json_text
from meshctl.output.changes.write import write_comparison
from meshctl.output.lines import write_lines
from meshctl.output.stderr import complain
from meshctl.words import amount
from meshctl.yaml.splitter import joined

FORMATS = ("report", "yaml", "diff", "json")
_OLD_KIND = "document/removed-istio-kind"
_NO_OBJECTS = "nothing to migrate: the input holds no Kubernetes object"
_NOTHING = "nothing to migrate: every object is of a kind and version of today"


def write_migration(
    found: Migrated,
    output: str,
    directory: Path | None,
    paths: Sequence[str],
    *,
    overwrites: bool = False,
) -> None:
    """Write a migration in one of ``FORMATS``, and the new files where a directory is named."""
    if directory is not None:
        from meshctl.output.migration.directory import write_below  # noqa: PLC0415 - for -d alone

        written = write_below(directory, found.files, paths, overwrites=overwrites)
        complain(f"wrote {amount(len(written), 'file')} below {directory}")
    if output == "json":
        from meshctl.output.migration.form import migration_form  # noqa: PLC0415

        sys.stdout.write(json_text(migration_form(found), indent=2) + "\n")
    elif output == "yaml":
        _print(joined(file.after for file in found.files))
        write_report(found, sys.stderr)
    elif output == "diff":
        _print("".join(line for file in found.files for line in file.changes()))
        write_report(found, sys.stderr)
    else:
        write_report(found, sys.stdout)
    if not found.is_complete:
        sys.stdout.flush()
        complain(f"exit code 1: {_left(found)}")


def _left(found: Migrated) -> str:
    """Say what the files still need of a person."""
    several = []
    lost = [row for row in found.migration.rows if row.status is Status.IMPOSSIBLE]
    if lost:
        several.append(
            f"{amount(len(lost), 'object')} could not be migrated; the first is {place(lost[0])} "
            f"{lost[0].resource.title}"
        )
    if found.unread:
        first = found.unread[0]
        several.append(
            f"{amount(len(found.unread), 'document')} could not be read; the first is "
            f"{first.file}:{first.span.line}"
        )
    return ", and ".join(several)


def _print(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode(errors="surrogateescape"))
    sys.stdout.buffer.flush()


def write_report(found: Migrated, out: TextIO) -> None:
    """Write a line for each object with its notes below, then what the model says of both sides."""
    lines = [line for row in found.migration.rows for line in _row(row)]
    for file in found.files:
        lines += [
            f"{file.name}:{line}: lines written anew lose the comment `# {text}`"
            for line, text in file.lost
        ]
    lines += [
        f"{problem.file}:{problem.span.line}: left as it is: {problem.message}"
        for problem in found.unread
    ]
    lines += [f"not migrated: {text}; render it, and migrate that" for text in found.gaps]
    write_lines([*lines, *([""] if lines else []), _summary(found)], out)
    if found.comparison is None:
        return
    write_lines(["", "Before and after, by the model of Istio 1.31"], out)
    if found.unmodelled:
        kinds = ", ".join(found.unmodelled)
        write_lines([f"{kinds}: not modelled, so that they count as doing nothing before."], out)
    write_lines(["Lines of new findings are those of the new files.", ""], out)
    write_comparison("text", _without_old_kinds(found.comparison), out)


def _without_old_kinds(found: Comparison) -> Comparison:
    """Leave out that old kinds are gone, which the rows say."""
    return found._replace(
        gone=tuple(finding for finding in found.gone if finding.rule != _OLD_KIND)
    )


def _row(row: Row) -> Iterator[str]:
    yield f"{place(row)}  {row.resource.title}  {row.status.value}"
    for made in row.to:
        yield f"    becomes {made.title}"
    if row.after is not None:
        yield f"    stays, as {row.after['apiVersion']}"
    elif not row.to:
        yield "    nothing takes its place"
    for note in row.notes:
        where = locate(note.ref)
        mark = "" if note.status is Status.EXACT else f"{note.status.value}: "
        yield f"    - {mark}{note.text}  ({where.file}:{where.line})"


def _summary(found: Migrated) -> str:
    migration = found.migration
    if not migration.rows:
        return _NOTHING if found.has_objects else _NO_OBJECTS
    counts = ", ".join(f"{migration.count(status)} {status.value}" for status in Status)
    return f"{amount(len(migration.rows), 'object')}: {counts}"
