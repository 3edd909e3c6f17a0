"""``meshctl migrate``: what old objects are today, with what that changes."""

import sys

import typer

from meshctl.cli.options.groups import with_options
from meshctl.cli.options.migration import MigrationFlags, Paths
from meshctl.cli.options.shared import MeshFlags
from meshctl.inspect.migration.answer import migrate_files
from meshctl.migrate.results import Target
from meshctl.output.migration.write import write_migration


@with_options
def run(
    flags: MigrationFlags,
    mesh: MeshFlags,
    paths: Paths,
) -> None:
    """Write old objects as what says the same today, each with how exactly it does.

    Exit code: 0 everything came through, 1 something has nothing like it or could not be read,
    2 the job could not be done: no file is written.
    """
    target = Target(flags.to, flags.strict)
    found = migrate_files(paths, flags.settings(mesh), target, sys.stdin.buffer)
    write_migration(found, flags.output, flags.directory, paths, overwrites=flags.overwrite)
    raise typer.Exit(int(not found.is_complete))
