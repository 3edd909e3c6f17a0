"""Starts the process, and ends it: what has to be settled around Typer and the commands."""

import gc


def main() -> None:
    """Run the command line and exit: 0 done, 1 findings, 2 the job could not be done.

    Python's collector is off, and finds nothing to walk over at the end: what a command makes it
    keeps until the process ends, so that every collection is in vain. What watches turns it on.
    """
    gc.disable()
    from meshctl.cli.app import main as run  # an import makes much that is kept, too

    try:
        run()
    finally:
        gc.freeze()
