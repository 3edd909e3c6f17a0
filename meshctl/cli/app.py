"""Starts and ends the process; the only place that turns failures into exit codes."""

import io
import os
import sys
from typing import Annotated, NoReturn

import typer

from meshctl import __version__
from meshctl.cli.command_table import LazyGroup
from meshctl.cli.failures import code_of, complain, forget_losses, sentence_of, trace_of
from meshctl.cli.streams import has_no_reader, prepare, silence
from meshctl.timing import finish, is_debugging, switch_on

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
    prepare()
    if sys.stdout is None:
        _end("standard output is closed; send it to a file, or to /dev/null")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that knows ASCII alone still gets every finding.
        sys.stdout.reconfigure(errors="backslashreplace")
    if "_MESHCTL_COMPLETE" in os.environ:
        from typer.completion import completion_init  # type: ignore[attr-defined]

        completion_init()
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends in a sentence and 2
        if isinstance(error, BrokenPipeError) and has_no_reader(sys.stdout):
            # The reader of our output has gone; what it wanted it has.
            silence(sys.stdout)
            sys.exit(0)
        if is_debugging():
            complain(trace_of(error))
        _end(sentence_of(error))


def program() -> str:
    """Name the program as it was called, for usage texts: kubectl runs it as ``kubectl-mesh``."""
    called = os.path.basename(sys.argv[0])  # noqa: PTH119 - pathlib is not needed otherwise
    return "kubectl mesh" if called.startswith("kubectl-mesh") else "meshctl"


def _run() -> None:
    """Run a command, and have all it wrote written before the process ends with its code."""
    forget_losses()
    try:
        app(prog_name=program())
    except SystemExit as end:
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            # Typer met a broken pipe, wraps the output so that nobody meets it again, and says 1.
            raise BrokenPipeError from None
        sys.stdout.flush()
        end.code = code_of(end.code)
        raise
    finally:
        finish()


def _end(sentence: str) -> NoReturn:
    """Say why the job could not be done; every such end has the exit code 2."""
    complain(f"meshctl: {sentence}")
    for stream in (sys.stdout, sys.stderr):
        silence(stream)
    sys.exit(2)
