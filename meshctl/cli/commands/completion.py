"""``meshctl completion``: print the completion script of a shell."""

from enum import StrEnum
from typing import Annotated

import typer
from typer.completion import get_completion_script  # type: ignore[attr-defined]


class Shell(StrEnum):
    """Shells with a completion script."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def run(shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.")]) -> None:
    """Print the completion script of a shell; put it where your shell looks for such scripts."""
    typer.echo(script(shell))


def script(shell: Shell) -> str:
    """Make the script that ``completions/`` also holds."""
    return get_completion_script(
        prog_name="meshctl", complete_var="_MESHCTL_COMPLETE", shell=shell.value
    )
