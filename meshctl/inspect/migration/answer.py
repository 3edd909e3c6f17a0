"""Migrates files, and proves by the model what that changes: before and after, side by side."""

from codecs import BOM_UTF8
from collections.abc import Sequence
from io import BytesIO
from typing import Any, BinaryIO, NamedTuple

from meshctl.engine.analyze import check_settings, collector_off, load_mesh
from meshctl.engine.gaps import explain
from meshctl.errors import InputError
from meshctl.inspect.changes.comparison import Comparison, Side, compare
from meshctl.migrate.migration import migrate
from meshctl.migrate.results import Migration, Target
from meshctl.migrate.written.file_texts import MigratedFile, file_texts
from meshctl.resources import Resource
from meshctl.settings import Rendering, Settings
from meshctl.sources import files
from meshctl.sources.documents import Document, Problem
from meshctl.sources.loader import Loaded, load
from meshctl.sources.placement import UNKNOWN
from meshctl.yaml.splitter import decode

_NOT_RENDERED = Rendering(mode="never")


class Migrated(NamedTuple):
    """Everything that a migration says.

    ``unread`` are documents that could not be read, and so stay as they are; ``unmodelled`` are
    the kinds of old objects whose meaning no istiod of today has, so that the comparison shows
    them as if they did nothing.
    """

    migration: Migration
    files: tuple[MigratedFile, ...]
    unread: tuple[Problem, ...]
    comparison: Comparison | None
    unmodelled: tuple[str, ...]
    gaps: tuple[str, ...] = ()
    """What stands in the input without its objects: charts, and what kustomizations change."""

    has_objects: bool = True

    @property
    def is_complete(self) -> bool:
        """Came everything through, and could everything be read?"""
        return self.migration.is_complete and not self.unread


def migrate_files(
    paths: Sequence[str], settings: Settings, target: Target, stdin: BinaryIO | None = None, *,
    proves: bool = True,
) -> Migrated:  # fmt: skip
    """Migrate the files that paths name; charts and kustomizations are not rendered.

    Raises InputError for a named path that cannot be read.
    """
    check_settings(settings)
    settings = settings._replace(rendering=_NOT_RENDERED)
    texts, content = _read(paths, stdin)
    with collector_off():
        loaded = load(paths, stdin=BytesIO(content), rendering=_NOT_RENDERED)
        migration = migrate(load_mesh(loaded, settings), target)
        written = file_texts(texts, migration)
        comparison = None
        if proves and migration.rows:
            sides = (loaded, _loaded_again(loaded, written))
            before, after = (Side(_with(side, migration)) for side in sides)
            comparison = compare(before, after, settings)
    broken = [problem for problem in loaded.problems if problem.loses_text]
    return Migrated(
        migration,
        tuple(written),
        tuple(broken),
        comparison,
        tuple(_unmodelled(migration)),
        tuple(rule.reason.partition(";")[0] for rule in explain(loaded.gaps)),
        bool(loaded.documents),
    )


def _read(paths: Sequence[str], stdin: BinaryIO | None) -> tuple[dict[str, str], bytes]:
    """Read the files that paths name as text, and standard input as bytes, which is read once."""
    texts: dict[str, str] = {}
    content = b""
    for file in files.find(paths).files:
        try:
            found = files.read(file, stdin)
        except OSError as error:
            if file.named:
                raise files.unreadable_input(file.name, error) from None
            continue
        if len(found) > files.MAX_BYTES:
            raise InputError(f"{file.name} is larger than {files.MAX_BYTES:,} bytes; split it")
        if file.name == files.STDIN:
            content = found
        # Decoding passes over the mark; what is written keeps it.
        mark = BOM_UTF8.decode() if found.startswith(BOM_UTF8) else ""
        texts[file.name] = mark + decode(found).removeprefix(mark)
    return texts, content


def _loaded_again(before: Loaded, written: Sequence[MigratedFile]) -> Loaded:
    """Read the new texts as if they stood in the files, each applied as its file was."""
    placements = {one.file: one.placement for one in before.documents}
    documents, problems = [], []
    for migrated_file in written:
        found = load(["-"], stdin=BytesIO(migrated_file.after.encode(errors="surrogateescape")))
        for document in found.documents:
            document.file = migrated_file.name
            document.placement = placements.get(migrated_file.name, UNKNOWN)
            documents.append(document)
        problems += [
            problem._replace(file=migrated_file.name)
            for problem in found.problems
            if problem.kind != "empty-file"
        ]
    return before._replace(documents=documents, problems=problems)


def _with(loaded: Loaded, migration: Migration) -> Loaded:
    """Add the Services that are taken to exist, so that both sides are about the same pods."""
    several: dict[str, dict[str, Any]] = {}
    for one in migration.assumed:
        known = several.setdefault(one["metadata"]["namespace"], {**one, "spec": dict(one["spec"])})
        ports = {port["port"]: port for port in (*known["spec"]["ports"], *one["spec"]["ports"])}
        known["spec"]["ports"] = list(ports.values())
    made = [Document("assumed", 1, "", one) for one in several.values()]
    return loaded._replace(documents=[*loaded.documents, *made])


def _unmodelled(migration: Migration) -> list[str]:
    """Name the kinds that have no view, so that the model doesn't know what they did."""
    plain = (row.resource for row in migration.rows if type(row.resource) is Resource)
    return list(dict.fromkeys(resource.kind for resource in plain))
