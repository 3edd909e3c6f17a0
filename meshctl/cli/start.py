"""Starts the process: what has to be settled before Typer and the commands are imported."""

import gc

OBJECTS_BETWEEN_COLLECTIONS = 200_000
"""Python collects after 700 new objects. An import keeps what it makes, so that the collections of
a start find nothing and take a twentieth of it; a command that runs for long still collects."""


def main() -> None:
    """Run the command line and exit: 0 done, 1 findings, 2 the job could not be done."""
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    from meshctl.cli.app import main as run  # what it imports is what the line above is for

    run()
