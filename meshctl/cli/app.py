"""Starts and ends the process; the only place that turns failures into exit codes."""

import errno
import io
import os
import sys
from typing import Annotated, NoReturn

import typer

from meshctl import __version__
from meshctl.cli.command_table import LazyGroup
from meshctl.errors import MeshctlError, OutputError
from meshctl.timing import finish, switch_on

_FULL = frozenset({errno.ENOSPC, errno.EBADF, errno.EIO, errno.EFBIG, errno.EDQUOT})
"""What writing fails with where standard output has no room, or isn't there any more."""

app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"meshctl {__version__}")
        raise typer.Exit


@app.callback()
def root(
    debug: Annotated[bool, typer.Option(help="Show tracebacks, and where time goes.")] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Find what is wrong with an Istio mesh, from its manifests."""
    if debug:
        switch_on()


def main() -> None:
    """Run the command line and exit: 0 done, 1 findings, 2 the job could not be done."""
    if sys.stdout is None:
        _end(OutputError("standard output is closed; send it to a file, or to /dev/null"))
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows ASCII alone still gets every finding.
        sys.stdout.reconfigure(errors="backslashreplace")
    if "_MESHCTL_COMPLETE" in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
    try:
        _run()
    except MeshctlError as error:
        if os.environ.get("MESHCTL_DEBUG"):
            raise
        _end(error)
    except BrokenPipeError:
        # The reader of our output has gone; what it wanted it has.
        _silence()
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        if os.environ.get("MESHCTL_DEBUG") or error.errno not in _FULL:
            raise
        _silence()
        _end(OutputError(f"cannot write to standard output: {error.strerror}"))


def _run() -> None:
    """Run a command, and have all it wrote written before the process ends with its code."""
    try:
        app(prog_name="meshctl")
    except SystemExit:
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            # Typer met a broken pipe, wraps the output so that nobody meets it again, and says 1.
            raise BrokenPipeError from None
        sys.stdout.flush()
        raise
    finally:
        finish()


def _end(error: MeshctlError) -> NoReturn:
    from meshctl.output.stderr import complain  # nothing of it is needed otherwise

    complain(f"meshctl: {error}")
    sys.exit(error.exit_code)


def _silence() -> None:
    """Let nothing that is left to write fail again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
