"""Declares the option of commands that write files into a directory."""

from typing import Annotated

import typer

Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Write over files that say something else by now.")
]
