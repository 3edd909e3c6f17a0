"""Starts and ends the process; the only place that turns failures into exit codes."""

import io
import os
import sys
from typing import Annotated

import typer

from meshctl import __version__
from meshctl.cli.command_table import LazyGroup
from meshctl.errors import MeshctlError

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
        os.environ["MESHCTL_DEBUG"] = "1"


def main() -> None:
    """Run the command line and exit: 0 done, 1 findings, 2 the job could not be done."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows ASCII alone still gets every finding.
        sys.stdout.reconfigure(errors="backslashreplace")
    if "_MESHCTL_COMPLETE" in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
    try:
        app(prog_name="meshctl")
    except MeshctlError as error:
        if os.environ.get("MESHCTL_DEBUG"):
            raise
        from meshctl.output.stderr import complain  # nothing of it is needed otherwise

        complain(f"meshctl: {error}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone; what it wanted it has.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.exit(130)
